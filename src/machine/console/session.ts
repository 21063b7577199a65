import type { OptionName } from '../../wording.js';
import type { Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import { QEMU_PROCESS, endOf, guestDied, qemuCommand } from '../qemu/process.js';
import type { HostSpec } from '../qemu/host-spec.js';
import { bootWatched } from '../accelerator/silent-boot.js';
import type { BootAttempt } from '../accelerator/silent-boot.js';
import { cancelledByTermination } from '../qemu/termination.js';
import type { GuestWatcher } from './guest-watcher.js';
import { watchConsole } from './console-io.js';
import type { ConsoleIo } from './console-io.js';
import { startPiped } from './live-machine.js';
import type { LiveMachine } from './live-machine.js';
import { dropInput, relayKeys } from './input.js';
import type { InputRelay } from './input.js';
import { enterRawMode } from './terminal.js';

/** A kind of guest, as far as a session on its console is concerned. */
export interface SessionGuest {
  readonly watcher: GuestWatcher;
  /** Passes on input that is not typed on a terminal. */
  readonly relayPiped: (input: Readable, guest: Writable) => InputRelay;
  /** What tells the guest the terminal's size when it has changed; without it the guest is not told. */
  readonly windowSize?: ((rows: number, columns: number) => string) | undefined;
  /**
   * The exit status of a guest whose machine has ended, or undefined if it should not have.
   *
   * @param exitCode QEMU's
   */
  readonly exitStatus: (exitCode: number | undefined) => number | undefined;
}

/** How a session has ended. */
export interface SessionEnd {
  /** The guest's; 0 when the user ended the machine. */
  readonly exitStatus: number;
  /** As of {@link LiveEnd}. */
  readonly hasLeft?: boolean | undefined;
}

/** A machine whose console is QEMU's standard input and output. */
export interface Session<S extends HostSpec> {
  readonly spec: S;
  /** QEMU's arguments for it. */
  readonly argumentsFor: (spec: S) => readonly string[];
  readonly guest: SessionGuest;
  /** Starts it otherwise than by these arguments. @param signal ends the machine */
  readonly start?: ((spec: S, signal: AbortSignal) => LiveMachine) | undefined;
  /** Whether QEMU has the terminal to itself. */
  readonly isTerminalOfQemu: boolean;
  /** What to check when the machine dies; see {@link guestDied}. */
  readonly suspect?: OptionName | undefined;
}

/**
 * Runs a machine with its console on the user's terminal. Keys reach the guest as they are typed;
 * Ctrl+A X ends the machine, and so does Ctrl+C until the guest reads what is typed. Input that is not a terminal is held back until the guest reads, and its
 * end ends the session once everything before it has been answered, or nobody is left who would read it.
 *
 * @throws ZosiaError `ZOSIA_GUEST_DIED`, `ZOSIA_INTERRUPTED`, `ZOSIA_FILE_UNREADABLE` for input that breaks off; what
 *   stdout breaks off with; the reason of `signal`
 */
export async function runSession<S extends HostSpec>(
  session: Session<S>,
  io: ConsoleIo,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<SessionEnd> {
  return cancelledByTermination(options.signal, (signal) =>
    session.isTerminalOfQemu ? runOnTerminal(session, io, signal) : runWatched(session, io, signal),
  );
}

function runWatched<S extends HostSpec>(
  session: Session<S>,
  io: ConsoleIo,
  signal: AbortSignal,
): Promise<SessionEnd> {
  const note = (line: string): void => {
    io.stderr.write(`zosia: ${line}\n`);
  };
  if (io.stdin.isTTY) note('Ctrl+A X ends the machine, Ctrl+A Ctrl+A types one Ctrl+A');
  return bootWatched(session.spec, { signal, onNote: note }, (attempt) =>
    runRelayed(session, io, attempt),
  );
}

async function runRelayed<S extends HostSpec>(
  { argumentsFor, start, guest, suspect }: Session<S>,
  io: ConsoleIo,
  { spec, signal, onSign }: BootAttempt<S>,
): Promise<SessionEnd> {
  signal.throwIfAborted();
  const end = new AbortController();
  const poweredOff = new AbortController();
  const { watcher } = guest;
  const userEnd = watchConsole(io, () => {
    end.abort();
  });
  const restoreTerminal = enterRawMode(io.stdin, io.stdout);
  let detachInput: (() => void) | undefined;
  let rest: NodeJS.Timeout | undefined;
  try {
    const ending = AbortSignal.any([signal, end.signal, poweredOff.signal]);
    const machine =
      start?.(spec, ending) ?? startPiped({ ...spec, args: argumentsFor(spec) }, ending);
    const relayInput = (): InputRelay => {
      const relay = io.stdin.isTTY
        ? relayKeys(
            io.stdin,
            machine.stdin,
            () => {
              end.abort();
            },
            () => machine.isAwake && watcher.isListening,
          )
        : guest.relayPiped(io.stdin, machine.stdin);
      const detachResize = relayWindowSize(guest, io, machine.stdin);
      detachInput = () => {
        relay.detach();
        detachResize();
      };
      return relay;
    };
    // Input that is piped is not touched before the guest has said something: until then the machine may
    // have to be started again.
    let input = io.stdin.isTTY ? relayInput() : undefined;

    for await (const chunk of machine.stdout) {
      const wasLeaving = watcher.isLeaving;
      const shown = watcher.feed(chunk);
      if (!watcher.hasSpoken) continue;
      onSign();
      input ??= relayInput();
      const relay = input;
      relay.want(watcher.linesWanted);
      clearTimeout(rest);
      if (watcher.restMs !== undefined) {
        rest = setTimeout(() => {
          watcher.rested?.();
          relay.want(watcher.linesWanted);
        }, watcher.restMs);
      }
      if (watcher.isLeaving && !wasLeaving && !io.stdin.isTTY) {
        detachInput?.();
        detachInput = dropInput(io.stdin, () => {
          poweredOff.abort();
        });
      }
      if (!io.stdout.write(shown) && userEnd.failure === undefined) {
        await drained(io.stdout, end.signal);
      }
    }
    const ended = await machine.ended;
    if (ended.failure) throw ended.failure;
    signal.throwIfAborted();
    if (userEnd.failure) throw userEnd.failure;
    if (ended.hasLeft === true) return { exitStatus: 0, hasLeft: true };
    if (end.signal.aborted) return { exitStatus: 0 };
    const exitStatus = guest.exitStatus(poweredOff.signal.aborted ? 0 : ended.exitCode);
    if (exitStatus !== undefined) return { exitStatus };
    throw guestDied({ ...ended, consoleTail: watcher.tail, suspect });
  } finally {
    clearTimeout(rest);
    // QEMU has ended, unless something here has failed.
    end.abort();
    detachInput?.();
    restoreTerminal();
    userEnd.detach();
  }
}

/** So long after the last change a window that is being dragged has its size. */
const RESIZE_REST_MS = 100;

/** Tells the guest each new size of the user's terminal, once the guest reads its console. */
function relayWindowSize(guest: SessionGuest, io: ConsoleIo, keys: Writable): () => void {
  const { windowSize, watcher } = guest;
  if (!windowSize || !io.stdin.isTTY || !io.stdout.isTTY) return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    const { rows, columns } = io.stdout;
    // What comes before the guest reads is lost, or worse, in part.
    if (watcher.linesWanted === 0) later();
    else if (rows && columns) keys.write(windowSize(rows, columns));
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(tell, RESIZE_REST_MS);
  };
  io.stdout.on('resize', later);
  return () => {
    clearTimeout(timer);
    io.stdout.removeListener('resize', later);
  };
}

/** Resolves when a stream takes more again, or will not any more. */
function drained(stream: Writable, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.removeListener('drain', done);
      stream.removeListener('close', done);
      ended.removeEventListener('abort', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
    ended.addEventListener('abort', done, { once: true });
  });
}

/** QEMU has the terminal to itself, as `HostOptions.serial` asks for; what it does there is not seen. */
async function runOnTerminal<S extends HostSpec>(
  { spec, argumentsFor, suspect }: Session<S>,
  io: ConsoleIo,
  signal: AbortSignal,
): Promise<SessionEnd> {
  const [program, ...args] = qemuCommand({ ...spec, args: argumentsFor(spec) });
  const modes = io.stdin.isTTY
    ? await execa('stty', ['-g'], { stdin: 'inherit', reject: false })
    : undefined;
  signal.throwIfAborted();
  try {
    const ended = await execa(program, args, {
      ...QEMU_PROCESS,
      stdio: 'inherit',
      cancelSignal: signal,
    });
    signal.throwIfAborted();
    if (ended.failed) throw guestDied({ ...endOf(ended), consoleTail: '', suspect });
    return { exitStatus: 0 };
  } finally {
    if (modes?.failed === false) {
      await execa('stty', [modes.stdout], { stdin: 'inherit', reject: false });
    }
  }
}
