import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { timeLimit } from '../../host/time-limit.js';
import { startControlled } from '../qemu/controlled.js';
import type { ControlledQemu } from '../qemu/controlled.js';
import { earlyEnd, explained } from '../qemu/early-end.js';
import { ramPath } from '../snapshot/files.js';
import type { Snapshot } from '../snapshot/files.js';
import { restore } from '../snapshot/restore.js';
import { linuxArguments } from './arguments.js';
import { ControlPort } from './control-port.js';
import type { LinuxMachineSpec } from './spec.js';
import { ENTROPY_BYTES } from './wake-layout.js';
import type { WakeMessage } from './wake-message.js';

/** A machine that can be told to go on from its guest's rendezvous. */
export interface RunningMachine {
  readonly qemu: ControlledQemu;
  readonly control: ControlPort;
  /** The ports after the control port. */
  readonly ports: readonly Duplex[];
}

/** What a machine that goes on is told, besides time and random numbers. */
export type WakeSettings = Omit<WakeMessage, 'timeMs' | 'entropy'>;

/**
 * Starts QEMU for a machine with ports, the control port first.
 *
 * @param outlivesTerminal as of {@link startControlled}
 */
export function startLinux(
  spec: LinuxMachineSpec,
  signal: AbortSignal,
  outlivesTerminal = false,
): RunningMachine {
  const portCount = spec.ports?.length ?? 0;
  const call = { ...spec, args: linuxArguments(spec) };
  const qemu = startControlled(call, { portCount, signal, outlivesTerminal });
  const [control, ...ports] = qemu.ports;
  return { qemu, control: new ControlPort(control!), ports };
}

/** How long a copy may take to go on: a hundred times what it does. */
const WAKE_TIMEOUT_MS = 20_000;

/** Lets the guest go on from its rendezvous. */
export async function wake(
  { control }: RunningMachine,
  settings: WakeSettings,
  signal: AbortSignal,
): Promise<void> {
  control.wake({ ...settings, timeMs: Date.now(), entropy: randomBytes(ENTROPY_BYTES) });
  await control.hear('awake', signal);
}

/** QEMU wants an initramfs where the saved machine had one, and a machine that goes on never looks at it. */
const NO_INITRAMFS = new Uint8Array(512);

export interface CopyOptions {
  /** A folder of this run's own, with a short path. */
  readonly folder: string;
  readonly settings: WakeSettings;
  /** Cancels the start. */
  readonly signal: AbortSignal;
  /** Whether what it writes to its RAM goes to the saved machine's file; else it is its own. */
  readonly isShared?: boolean | undefined;
  /** Ends the machine once it runs; `signal` unless given. */
  readonly lifeSignal?: AbortSignal | undefined;
}

/**
 * Starts a copy of a saved machine.
 *
 * @param spec as that of the saved machine, but for paths
 * @throws whatever is wrong with the copy; QEMU has ended then
 */
export async function startCopy(
  spec: LinuxMachineSpec,
  snapshot: Snapshot,
  { folder, settings, signal, isShared = false, lifeSignal = signal }: CopyOptions,
): Promise<RunningMachine> {
  const initrd = join(folder, 'no-initramfs');
  await writeFile(initrd, NO_INITRAMFS);
  const failed = new AbortController();
  const ending = AbortSignal.any([lifeSignal, failed.signal]);
  let machine: RunningMachine | undefined;
  const late = timeLimit(WAKE_TIMEOUT_MS, `it did not go on within ${WAKE_TIMEOUT_MS / 1000} s`);
  try {
    machine = startLinux(
      {
        ...spec,
        initrd,
        machineType: snapshot.record.machineType,
        memory: { path: ramPath(snapshot.folder), isShared },
        isIncoming: true,
      },
      ending,
      // It has to be saved first.
      isShared,
    );
    const limit = AbortSignal.any([signal, late.signal]);
    await restore(machine.qemu, snapshot, { folder, signal: limit });
    await wake(machine, settings, limit);
    return machine;
  } catch (error) {
    // It ends only when it has got rid of what it prints.
    machine?.qemu.stdout.resume();
    const end = machine && (await earlyEnd(machine.qemu.ended, signal));
    failed.abort();
    await machine?.qemu.ended;
    throw late.signal.aborted ? late.signal.reason : explained(error, end);
  } finally {
    late.clear();
  }
}

/** Ends QEMU, which may hang up before it says that it does. */
export async function quit({ qemu, control }: RunningMachine): Promise<void> {
  try {
    await (await qemu.qmp).execute('quit');
  } catch (error) {
    if (control.isOpen) throw error;
  }
}
