import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import { release, version } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import * as v from 'valibot';
import { systemErrorCode } from '../../errors.js';
import type { Architecture } from '../../artifacts/architectures.js';
import type { HostFactsCache } from '../qemu/host-facts-cache.js';
import type { AcceleratorVerdict } from '../qemu/host-spec.js';
import { PLATFORMS } from '../qemu/platform.js';
import { withPrivateFolder } from '../../host/private-folder.js';
import { object } from '../../json.js';
import { PROBE_MARKER, probeProgram } from './probe-program.js';
import type { QemuBinary } from '../qemu/binary.js';

/** What lets the host's processor run the guest: KVM on Linux, HVF on macOS. */
export type HardwareAccelerator = 'kvm' | 'hvf';

export interface ProbeContext {
  readonly arch: Architecture;
  readonly binary: QemuBinary;
  readonly signal?: AbortSignal | undefined;
  /** Whether the machines that the verdict is for start firmware. */
  readonly startsFirmware?: boolean | undefined;
}

const KVM_DEVICE = '/dev/kvm';

/**
 * A working accelerator needs a twentieth of it, most of that to start QEMU. The verdict is kept, and so
 * a host that happens to be busy must not be taken for one whose accelerator hangs.
 */
const DEADLINE_MS = 5000;

/**
 * How long a verdict that is less than good is believed: a host that was too busy once must not be slow
 * for good.
 */
export const BAD_VERDICT_LIFETIME_MS = 24 * 60 * 60 * 1000;

/** A context with the place where verdicts are kept. */
export interface VerdictContext extends ProbeContext {
  readonly cache: HostFactsCache;
}

/**
 * The verdict on an accelerator: the one kept from before, unless QEMU, the host's system or the rights
 * to the device have changed or it was a bad one of more than a day ago, else a new one.
 *
 * @param askAgain probes again where the kept verdict is a bad one
 */
export async function acceleratorVerdict(
  name: HardwareAccelerator,
  context: VerdictContext,
  askAgain: boolean,
): Promise<AcceleratorVerdict> {
  const { problem } = await deviceOf(name);
  if (problem !== undefined) return { usable: false, reason: problem };
  const kept = await keptProbe(name, context);
  if (kept && (kept.usable || !askAgain)) return kept;
  // What others have left lying about is none of a dry run's business.
  const verdict = await probeAccelerator(name, 'host', context, {
    sweep: !context.cache.isReadOnly,
  });
  await rememberVerdict(name, context, verdict);
  return verdict;
}

/** What {@link acceleratorVerdict} would say without a probe; nothing is run. */
export async function peekVerdict(
  name: HardwareAccelerator,
  context: VerdictContext,
): Promise<AcceleratorVerdict | undefined> {
  const { problem } = await deviceOf(name);
  return problem === undefined ? keptProbe(name, context) : { usable: false, reason: problem };
}

/** The verdict of a probe before, if it is still believed. */
async function keptProbe(
  name: HardwareAccelerator,
  context: VerdictContext,
): Promise<AcceleratorVerdict | undefined> {
  const key = await verdictKey(name, context);
  return context.cache.peek('accelerator', key, VERDICT, (verdict) =>
    verdict.usable && verdict.options === undefined ? Infinity : BAD_VERDICT_LIFETIME_MS,
  );
}

/** Keeps a verdict: the probe's, or what a machine has come to since. */
export async function rememberVerdict(
  name: HardwareAccelerator,
  context: VerdictContext,
  verdict: AcceleratorVerdict,
): Promise<void> {
  await context.cache.put('accelerator', await verdictKey(name, context), verdict);
}

async function verdictKey(
  name: HardwareAccelerator,
  { arch, binary, startsFirmware }: ProbeContext,
): Promise<readonly unknown[]> {
  const { path, sizeBytes, mtimeMs } = binary;
  const { rights } = await deviceOf(name);
  const key = [name, arch, path, sizeBytes, mtimeMs, release(), version(), rights];
  // What firmware gets on with tells nothing of a kernel that is started without, and the other way round.
  return startsFirmware ? [...key, 'firmware'] : key;
}

/** The rights to an accelerator's device, or what is wrong with it before anything has been run. */
async function deviceOf(
  name: HardwareAccelerator,
): Promise<{ rights?: readonly number[] | undefined; problem?: string | undefined }> {
  if (name === 'hvf') return {};
  try {
    const { mode, uid, gid, rdev } = await stat(KVM_DEVICE);
    await access(KVM_DEVICE, constants.R_OK | constants.W_OK);
    return { rights: [mode, uid, gid, rdev, process.getuid?.() ?? -1] };
  } catch (error) {
    const denied = ['EACCES', 'EPERM'].includes(systemErrorCode(error) ?? '');
    return {
      problem: denied
        ? `you may not open ${KVM_DEVICE} (the group kvm usually may)`
        : `there is no ${KVM_DEVICE}`,
    };
  }
}

/**
 * Runs a small guest program to its end. The program needs no kernel and no firmware; see
 * `probe-x86.ts` and `probe-aarch64.ts`.
 *
 * @param accelerator for QEMU's `-accel`
 * @param cpuModel for QEMU's `-cpu`
 * @param options as of {@link withPrivateFolder}
 */
export async function probeAccelerator(
  accelerator: string,
  cpuModel: string,
  { arch, binary, signal }: ProbeContext,
  options: { readonly sweep?: boolean | undefined } = {},
): Promise<AcceleratorVerdict> {
  const probe = async (folder: string): Promise<AcceleratorVerdict> => {
    const path = join(folder, 'probe');
    const program = probeProgram(arch, path);
    await writeFile(path, program.code);
    const result = await execa(
      binary.path,
      [
        ['-nodefaults', '-no-user-config', '-no-reboot'],
        ['-display', 'none', '-nic', 'none'],
        ['-machine', PLATFORMS[arch].machineType, '-accel', accelerator, '-cpu', cpuModel],
        ['-m', '64M', '-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
        program.arguments,
      ].flat(),
      {
        stdin: 'ignore',
        reject: false,
        timeout: DEADLINE_MS,
        killSignal: 'SIGKILL',
        ...(signal ? { cancelSignal: signal } : {}),
      },
    );
    signal?.throwIfAborted();
    if (result.timedOut) {
      return {
        usable: false,
        reason: `a small test program did not come to its end in ${DEADLINE_MS / 1000} s`,
      };
    }
    if (result.exitCode === program.exitCode && result.stdout.includes(PROBE_MARKER)) {
      return { usable: true };
    }
    const complaint = result.stderr.trim().split('\n').at(-1)?.trim() ?? '';
    return { usable: false, reason: complaint === '' ? 'QEMU ended at once' : complaint };
  };
  return withPrivateFolder(probe, options);
}

const VERDICT = v.union([
  object({ usable: v.literal(true), options: v.exactOptional(v.string()) }),
  object({ usable: v.literal(false), reason: v.string() }),
]) satisfies v.GenericSchema<unknown, AcceleratorVerdict>;
