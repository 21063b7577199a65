import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ZosiaError } from '../../errors.js';
import { withSocketFolder } from '../../host/private-folder.js';
import { timeLimit } from '../../host/time-limit.js';
import { MIB } from '../../image/units.js';
import { PROBE_MARKER, probeProgram } from '../accelerator/probe-program.js';
import { consoleArguments, hostArguments } from '../qemu/arguments.js';
import { QMP_ARGUMENTS, startControlled } from '../qemu/controlled.js';
import { earlyEnd, explained } from '../qemu/early-end.js';
import type { HostSpec } from '../qemu/host-spec.js';
import { howItEnded } from '../qemu/process.js';
import type { QemuEnd } from '../qemu/process.js';
import { INCOMING, restore } from './restore.js';
import { isShortage } from './restore-verdict.js';
import type { RestoreVerdict, VerdictSubject } from './restore-verdict.js';
import { saveState } from './transfer.js';

/** What is probed: machines that are confined, and end with zosia, as those that are saved. */
export interface RestoreProbe extends VerdictSubject {
  readonly machine: Omit<HostSpec, 'qemu' | 'ramMiB' | 'cpus'>;
}

/** Both machines need a twentieth of it. */
const DEADLINE_MS = 10_000;

const RAM_MIB = 64;

/**
 * Saves a machine that has not begun yet, and lets a copy of it run a small program to its end.
 *
 * @throws the reason of `given`; `ZOSIA_TEMPORARY_UNUSABLE`, `ZOSIA_DISK_FULL`; the system's error where it has
 *   too few of something
 */
export async function probeRestore(
  probe: RestoreProbe,
  given: AbortSignal,
): Promise<RestoreVerdict> {
  return withSocketFolder(async (folder) => {
    const late = `a small machine was not saved and restored in ${DEADLINE_MS / 1000} s`;
    const deadline = timeLimit(DEADLINE_MS, late);
    // Whatever happens here, no machine goes on.
    const over = new AbortController();
    const signal = AbortSignal.any([deadline.signal, over.signal, given]);
    try {
      await saveUnstarted(probe, folder, signal);
      return await runCopy(probe, folder, signal);
    } catch (error) {
      given.throwIfAborted();
      if (deadline.signal.aborted) return { usable: false, reason: late };
      if (isShortage(error)) throw error;
      return { usable: false, reason: (error as Error).message };
    } finally {
      deadline.clear();
      over.abort();
    }
  });
}

async function saveUnstarted(
  probe: RestoreProbe,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const [programPath, ramPath] = [join(folder, 'probe'), join(folder, 'ram')];
  await writeFile(programPath, probeProgram(probe.machine.arch, programPath).code);
  await writeFile(ramPath, '');
  await truncate(ramPath, RAM_MIB * MIB);
  const qemu = start(probe, folder, ['-S'], true, signal);
  qemu.stdout.resume();
  const state = await open(join(folder, 'state'), 'wx', 0o600);
  try {
    const qmp = await qemu.qmp;
    await saveState(qmp, state, join(folder, 'out'), signal);
    await qmp.execute('quit');
  } catch (error) {
    throw await whatFailed(error, qemu.ended, signal);
  } finally {
    await state.close();
  }
  await qemu.ended;
}

async function runCopy(
  probe: RestoreProbe,
  folder: string,
  signal: AbortSignal,
): Promise<RestoreVerdict> {
  const { exitCode } = probeProgram(probe.machine.arch, join(folder, 'probe'));
  const state = await readFile(join(folder, 'state'));
  const qemu = start(probe, folder, INCOMING, false, signal);
  const printed = text(qemu.stdout);
  printed.catch(() => undefined);
  try {
    await restore(qemu, { state }, { folder, signal });
  } catch (error) {
    throw await whatFailed(error, qemu.ended, signal);
  }
  const end = await qemu.ended;
  signal.throwIfAborted();
  throwIfFull(end);
  if (end.exitCode === exitCode && (await printed).includes(PROBE_MARKER)) return { usable: true };
  return { usable: false, reason: `a restored machine does not go on: ${howItEnded(end)}` };
}

async function whatFailed(
  error: unknown,
  ended: Promise<QemuEnd>,
  signal: AbortSignal,
): Promise<unknown> {
  const end = await earlyEnd(ended, signal);
  if (end) throwIfFull(end);
  return explained(error, end);
}

/** A file that is memory, and gets no room any more, says so with a signal. */
function throwIfFull({ signal }: QemuEnd): void {
  if (signal !== 'SIGBUS') return;
  throw new ZosiaError('ZOSIA_DISK_FULL', 'the folder for temporary files has no room', {
    hint: 'Free some space, or set TMPDIR to a folder on another disk.',
  });
}

function start(
  { machine, binary, machineType }: RestoreProbe,
  folder: string,
  how: readonly string[],
  isShared: boolean,
  signal: AbortSignal,
): ReturnType<typeof startControlled> {
  const memory = { path: join(folder, 'ram'), isShared };
  const args = [
    hostArguments({ ...machine, qemu: binary.path, machineType, memory, ramMiB: RAM_MIB, cpus: 1 }),
    consoleArguments({ to: 'stdio' }),
    probeProgram(machine.arch, join(folder, 'probe')).arguments,
    QMP_ARGUMENTS,
    how,
  ].flat();
  const { setpriv } = machine;
  return startControlled({ qemu: binary.path, setpriv, args }, { portCount: 0, signal });
}
