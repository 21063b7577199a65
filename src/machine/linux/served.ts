import type { Duplex } from 'node:stream';
import { suspectOf } from '../firmware/firmware.js';
import { guestDied } from '../qemu/process.js';
import { bootWatched } from '../accelerator/silent-boot.js';
import type { BootAttempt } from '../accelerator/silent-boot.js';
import { PortStreams } from '../streams/port-streams.js';
import { LinuxConsole } from './console.js';
import type { StartInstant } from './instant-start.js';
import type { LinuxMachineSpec } from './spec.js';

export interface ServingOptions {
  /** Starts a machine whose guest serves: with a port for its server after the control port. */
  readonly start: StartInstant;
  /** Ends the machine. */
  readonly signal: AbortSignal;
  /** Takes a line for the user when the machine is started again; see {@link bootWatched}. */
  readonly onNote: (line: string) => void;
}

export interface ServedOptions extends ServingOptions {
  /**
   * Called when its server can be asked.
   *
   * @param connect makes a connection to it, as `PortStreams.open`
   * @param isGone whether none can be made any more, as the machine has ended, or is about to
   */
  readonly onAwake: (connect: () => Duplex, isGone: () => boolean) => void;
}

export interface WorkerOptions extends ServingOptions {
  /**
   * Called when its `ggml-rpc-server` can be reached, which serves one connection after the other.
   *
   * @param connect makes a connection to it, as `PortStreams.open`
   * @param freeMiB how much memory it has to give
   */
  readonly onAwake: (connect: () => Duplex, freeMiB: number) => void;
}

/**
 * Runs a machine whose guest serves until `signal` aborts, which is how it is meant to end.
 *
 * @throws ZosiaError `ZOSIA_GUEST_DIED` when it ends by itself; what its guest says is wrong, as
 *   `ZOSIA_TEMPLATE_UNUSABLE`, `ZOSIA_WORKER_LOST`
 */
export async function runServed(spec: LinuxMachineSpec, options: ServedOptions): Promise<void> {
  await runServing(spec, options, (streams) => {
    options.onAwake(
      () => streams.open(),
      () => streams.hasFailed,
    );
    return true;
  });
}

/**
 * Runs a machine that has no model, and computes for others, until `signal` aborts, which is how it is meant to
 * end. It is not saved (see `withInstantStart`), and is to be started with the request `{ worker: true }`.
 *
 * @throws ZosiaError `ZOSIA_GUEST_DIED` when it ends by itself
 */
export async function runWorker(spec: LinuxMachineSpec, options: WorkerOptions): Promise<void> {
  await runServing(spec, options, (streams, { workerFreeMiB }) => {
    if (workerFreeMiB === undefined) return false;
    options.onAwake(() => streams.open(), workerFreeMiB);
    return true;
  });
}

/** Takes a machine that can be asked. @returns false until it has said on its console all that is wanted */
type TellAwake = (streams: PortStreams, watcher: LinuxConsole) => boolean;

async function runServing(
  spec: LinuxMachineSpec,
  { start, signal, onNote }: ServingOptions,
  tellAwake: TellAwake,
): Promise<void> {
  try {
    await bootWatched(spec, { signal, onNote }, (attempt) => serve(attempt, start, tellAwake));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function serve(
  { spec, signal, onSign }: BootAttempt<LinuxMachineSpec>,
  start: StartInstant,
  tellAwake: TellAwake,
): Promise<never> {
  const machine = start(spec, signal);
  const watcher = new LinuxConsole({ firmware: spec.firmware !== undefined });
  let streams: PortStreams | undefined;
  let isTold = false;
  const tell = (): void => {
    if (streams && !isTold) isTold = tellAwake(streams, watcher);
  };
  void machine.awake.then(({ ports }) => {
    streams = new PortStreams(ports[0]!);
    tell();
  });
  for await (const bytes of machine.stdout) {
    watcher.feed(bytes);
    if (watcher.hasSpoken) onSign();
    tell();
  }
  const end = await machine.ended;
  signal.throwIfAborted();
  if (watcher.fault) throw watcher.fault;
  const suspect = spec.firmware && suspectOf(spec.firmware);
  throw guestDied({ ...end, consoleTail: watcher.tail, suspect });
}
