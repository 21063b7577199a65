import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { release, version } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { withSocketFolder } from '../../host/private-folder.js';
import { MIB } from '../../image/units.js';
import { object } from '../../json.js';
import { BAD_VERDICT_LIFETIME_MS } from '../accelerator/accelerator-probe.js';
import { PROBE_MARKER, probeProgram } from '../accelerator/probe-program.js';
import type { QemuBinary } from '../qemu/binary.js';
import { QMP_ARGUMENTS, startControlled } from '../qemu/controlled.js';
import type { HostFactsCache } from '../qemu/host-facts-cache.js';
import type { HostSpec } from '../qemu/host-spec.js';
import { howItEnded } from '../qemu/process.js';
import { INCOMING, restore } from './restore.js';
import { saveState } from './transfer.js';

/** Whether saved machines can be restored on this host. */
export type RestoreVerdict =
  { readonly usable: true } | { readonly usable: false; readonly reason: string };

/** The machines that a verdict is for. */
export type ProbedMachine = Pick<HostSpec, 'arch' | 'accel' | 'cpuModel'>;

export interface RestoreProbe {
  readonly machine: ProbedMachine;
  readonly binary: QemuBinary;
  /** The machine type with its version. */
  readonly machineType: string;
  readonly signal?: AbortSignal | undefined;
}

/** Both machines need a twentieth of it. */
const DEADLINE_MS = 10_000;

/** What a QEMU that closes its socket takes to end. */
const ENDING_MS = 500;

const RAM_MIB = 64;

/**
 * Saves a machine that has not begun yet, and lets a copy of it run a small program to its end.
 *
 * @throws the reason of `signal`; `ZOSIA_TEMPORARY_UNUSABLE`, `ZOSIA_DISK_FULL`
 */
export async function probeRestore(probe: RestoreProbe): Promise<RestoreVerdict> {
  const { signal: given } = probe;
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  return withSocketFolder(async (folder) => {
    // Whatever happens here, no machine goes on.
    const over = new AbortController();
    const signal = AbortSignal.any([deadline, over.signal, ...(given ? [given] : [])]);
    try {
      await saveUnstarted(probe, folder, signal);
      return await runCopy(probe, folder, signal);
    } catch (error) {
      given?.throwIfAborted();
      const reason = deadline.aborted
        ? `a small machine was not saved and restored in ${DEADLINE_MS / 1000} s`
        : (error as Error).message;
      return { usable: false, reason };
    } finally {
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
    throw await explained(error, qemu.ended, signal);
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
    throw await explained(error, qemu.ended, signal);
  }
  const end = await qemu.ended;
  signal.throwIfAborted();
  if (end.exitCode === exitCode && (await printed).includes(PROBE_MARKER)) return { usable: true };
  return { usable: false, reason: `a restored machine does not go on: ${howItEnded(end)}` };
}

/** A QEMU that has ended says more about it than whoever finds its socket closed. */
async function explained(
  error: unknown,
  ended: ReturnType<typeof startControlled>['ended'],
  signal: AbortSignal,
): Promise<unknown> {
  if (signal.aborted) return error;
  const end = await Promise.race([ended, delay(ENDING_MS, undefined)]);
  return end && end.stderr !== '' ? new Error(howItEnded(end)) : error;
}

function start(
  { machine, binary, machineType }: RestoreProbe,
  folder: string,
  how: readonly string[],
  isShared: boolean,
  signal: AbortSignal,
): ReturnType<typeof startControlled> {
  const { arch, accel, cpuModel } = machine;
  const ram = `memory-backend-file,id=ram,size=${RAM_MIB}M,mem-path=${join(folder, 'ram')}`;
  const args = [
    ['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-nic', 'none'],
    ['-machine', `${machineType},memory-backend=ram`, '-accel', accelOf(accel), '-cpu', cpuModel],
    ['-m', `${RAM_MIB}M`, '-object', `${ram},share=${isShared ? 'on' : 'off'}`],
    ['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    probeProgram(arch, join(folder, 'probe')).arguments,
    QMP_ARGUMENTS,
    how,
  ].flat();
  return startControlled({ qemu: binary.path, args }, { portCount: 0, signal });
}

const accelOf = ({ name, options }: HostSpec['accel']): string =>
  options === undefined ? name : `${name},${options}`;

/** The verdict kept from before, unless it was a bad one of more than a day ago; nothing is run. */
export const peekRestore = (
  probe: RestoreProbe,
  cache: HostFactsCache,
): Promise<RestoreVerdict | undefined> =>
  cache.peek('restore', verdictKey(probe), VERDICT, ({ usable }) =>
    usable ? Infinity : BAD_VERDICT_LIFETIME_MS,
  );

/** Keeps a verdict: the probe's, or what a machine has come to since. */
export const rememberRestore = (
  probe: RestoreProbe,
  cache: HostFactsCache,
  verdict: RestoreVerdict,
): Promise<void> => cache.put('restore', verdictKey(probe), verdict);

const verdictKey = ({ machine, binary, machineType }: RestoreProbe): readonly unknown[] => {
  const { arch, accel, cpuModel } = machine;
  const { path, sizeBytes, mtimeMs } = binary;
  return [
    arch,
    accelOf(accel),
    cpuModel,
    machineType,
    path,
    sizeBytes,
    mtimeMs,
    release(),
    version(),
  ];
};

const VERDICT = v.union([
  object({ usable: v.literal(true) }),
  object({ usable: v.literal(false), reason: v.string() }),
]) satisfies v.GenericSchema<unknown, RestoreVerdict>;
