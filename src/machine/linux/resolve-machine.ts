import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { ZosiaError } from '../../errors.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { isVmdkDescriptor } from '../../formats/vmdk/reader.js';
import { accessFile } from '../../image/random-access.js';
import { parseAccelerator, resolveAccelerator } from '../accelerator/accelerator.js';
import { defaultCpuModel } from '../qemu/cpu-model.js';
import { HostFactsCache } from '../qemu/host-facts-cache.js';
import type { ConsoleTarget, MachineDisk, MachineSpec } from './machine-spec.js';
import { checkFitsHost, hostFreeMiB, ramForModelMiB } from '../qemu/memory.js';
import type { ModelMemory } from '../qemu/memory.js';
import { findQemu } from '../qemu/binary.js';
import type { Environment } from '../qemu/binary.js';
import { qemuFacts } from '../qemu/facts.js';

/** What a user may say about a machine. What is not said comes from the environment, then the defaults. */
export interface MachineOptions {
  readonly arch: Architecture;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly disk?: string;
  readonly ramMiB?: number;
  readonly cpus?: number;
  /** As {@link parseAccelerator} reads it. */
  readonly accel?: string;
  readonly cpuModel?: string;
  /** Added to the kernel command line. */
  readonly append?: string;
  /** Whether the machine answers one prompt on a port of its own. */
  readonly answerPort?: boolean;
  /** What the model needs. Unless the RAM is given, it follows from this, and must fit the host. */
  readonly model?: ModelMemory;
  /** What holds when neither a flag nor a variable says otherwise: usually what has just been built. */
  readonly defaults: {
    readonly kernel: string;
    readonly initrd: string;
    readonly disk?: string;
  };
  readonly signal?: AbortSignal;
}

/** RAM for a machine of which nothing is known. */
const DEFAULT_RAM_MIB = 1024;
/** Above this llama.cpp gains little, and QEMU's virt machine needs another interrupt controller. */
const DEFAULT_MAX_CPUS = 8;

/**
 * Decides everything about a machine. A flag wins over its variable: `RAM_MB`, `SMP`, `APPEND_EXTRA`,
 * `QEMU_ACCEL`, `QEMU_CPU`, `QEMU_SERIAL`, `KERNEL_IMAGE`, `INITRD_IMAGE`, `MODEL_DISK_IMAGE`; a
 * variable wins over the default.
 *
 * @throws ZosiaError `ZOSIA_BAD_OPTION`, `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_MODEL_TOO_LARGE_FOR_HOST`, and
 *   those of `findQemu`, `qemuFacts` and `resolveAccelerator`
 */
export async function resolveMachine(
  options: MachineOptions,
  env: Environment,
): Promise<MachineSpec> {
  const { arch, defaults, answerPort = false } = options;
  const kernel = options.kernel ?? variable(env, 'KERNEL_IMAGE') ?? defaults.kernel;
  const initrd = options.initrd ?? variable(env, 'INITRD_IMAGE') ?? defaults.initrd;
  const diskPath = options.disk ?? variable(env, 'MODEL_DISK_IMAGE') ?? defaults.disk;
  const cpus = positive(options.cpus, '--smp') ?? numericVariable(env, 'SMP') ?? defaultCpus();
  const ramMiB = positive(options.ramMiB, '--ram') ?? numericVariable(env, 'RAM_MB');
  const choice =
    options.accel === undefined
      ? parseAccelerator(variable(env, 'QEMU_ACCEL') ?? 'auto', 'QEMU_ACCEL')
      : parseAccelerator(options.accel, '--accel');

  await requireFile(kernel, 'kernel', '--kernel');
  await requireFile(initrd, 'initramfs', '--initrd');
  const disk = diskPath === undefined ? undefined : await diskOf(diskPath);
  const chosenRamMiB = ramMiB ?? (await defaultRamMiB(options.model));

  const cache = new HostFactsCache(env);
  const binary = await findQemu(arch, env);
  const facts = await qemuFacts(binary, cache);
  const accel = await resolveAccelerator(choice, {
    arch,
    binary,
    facts,
    cache,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  return {
    arch,
    qemu: binary.path,
    sandbox: facts.hasSandbox,
    kernel,
    initrd,
    ...(disk ? { disk } : {}),
    ramMiB: chosenRamMiB,
    cpus,
    accel,
    cpuModel:
      options.cpuModel ??
      variable(env, 'QEMU_CPU') ??
      defaultCpuModel(arch, accel.name, facts.version),
    append: options.append ?? variable(env, 'APPEND_EXTRA') ?? '',
    console: consoleTarget(answerPort, variable(env, 'QEMU_SERIAL')),
    answerPort,
  };
}

function consoleTarget(answerPort: boolean, serial: string | undefined): ConsoleTarget {
  if (answerPort) return { to: 'file', path: 'console.log' };
  return serial === undefined ? { to: 'stdio' } : { to: 'backend', backend: serial };
}

/** A variable that is set to nothing counts as not set. */
function variable(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}

function numericVariable(env: Environment, name: string): number | undefined {
  const text = variable(env, name);
  if (text === undefined) return undefined;
  return positive(/^\d+$/.test(text) ? Number(text) : Number.NaN, name, text);
}

/** @throws ZosiaError `ZOSIA_BAD_OPTION` unless `value` is a whole number above zero, or absent */
function positive(
  value: number | undefined,
  origin: string,
  text = String(value),
): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return value;
  throw new ZosiaError('ZOSIA_BAD_OPTION', `${origin} is not a whole number above zero: ${text}`, {
    hint: `Give a number, as in ${origin.startsWith('--') ? `${origin} 2` : `${origin}=2`}.`,
  });
}

const defaultCpus = (): number => Math.min(availableParallelism(), DEFAULT_MAX_CPUS);

async function defaultRamMiB(model: ModelMemory | undefined): Promise<number> {
  if (model === undefined) return DEFAULT_RAM_MIB;
  const ramMiB = ramForModelMiB(model);
  checkFitsHost(ramMiB, await hostFreeMiB());
  return ramMiB;
}

async function requireFile(path: string, what: string, flag: string): Promise<void> {
  const status = await stat(path).catch(() => undefined);
  if (status?.isFile()) return;
  throw new ZosiaError('ZOSIA_FILE_NOT_FOUND', `there is no ${what} at ${path}`, {
    hint: `Build it with zosia up, or name another one with ${flag}.`,
  });
}

async function diskOf(path: string): Promise<MachineDisk> {
  await requireFile(path, 'model disk', '--disk');
  const file = await accessFile(path);
  try {
    return { path, format: (await isVmdkDescriptor(file)) ? 'vmdk' : 'raw' };
  } finally {
    await file.close();
  }
}
