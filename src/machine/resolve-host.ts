import { availableParallelism } from 'node:os';
import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import type { Architecture } from '../artifacts/architectures.js';
import { rememberVerdict } from './accelerator/accelerator-probe.js';
import type { VerdictContext } from './accelerator/accelerator-probe.js';
import { parseAccelerator, resolveAccelerator } from './accelerator/accelerator.js';
import type { AcceleratorChoice } from './accelerator/accelerator.js';
import type { AcceleratorName, ConsoleTarget, HostSpec, SilencePlan } from './qemu/host-spec.js';
import { findQemu } from './qemu/binary.js';
import { findSetpriv } from './qemu/process.js';
import type { HostFolders } from '../host/host-folders.js';
import { defaultCpuModel, emulatedCpuModel } from './accelerator/cpu-model.js';
import { qemuFacts } from './qemu/facts.js';
import type { QemuFacts } from './qemu/facts.js';
import { HostFactsCache } from './qemu/host-facts-cache.js';
import { isTranslated, quickProcessors, translatedNotes } from './qemu/macos.js';
import { checkFitsHost, hostFreeMiB } from './qemu/memory.js';

/** What a user may say about any machine. */
export interface HostOptions {
  readonly arch: Architecture;
  readonly ramMiB?: number | undefined;
  readonly cpus?: number | undefined;
  /** As {@link parseAccelerator} reads it; `auto` unless given. */
  readonly accel?: string | undefined;
  readonly cpuModel?: string | undefined;
  /** Where the console of a session goes, as QEMU's `-serial` takes it; to the terminal unless given. */
  readonly serial?: string | undefined;
  /** The machine is only described: nothing that is found out on the way is kept. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** {@link HostOptions} that have been checked. */
export interface HostChoices {
  readonly arch: Architecture;
  readonly ramMiB: number | undefined;
  readonly cpus: number | undefined;
  readonly accel: AcceleratorChoice;
  readonly cpuModel: string | undefined;
  readonly dryRun: boolean;
}

/** Above this a language model gains little, and QEMU's virt machine needs another interrupt controller. */
export const DEFAULT_MAX_CPUS = 8;

/**
 * Checks what was asked for, before anything is looked for.
 *
 * @throws ZosiaError `ZOSIA_BAD_OPTION`
 */
export function hostChoices(options: HostOptions): HostChoices {
  const { arch, cpus, ramMiB, accel = 'auto', cpuModel, dryRun = false } = options;
  requirePositive(cpus, 'cpus');
  requirePositive(ramMiB, 'ramMiB');
  return { arch, cpus, ramMiB, accel: parseAccelerator(accel), cpuModel, dryRun };
}

function requirePositive(value: number | undefined, name: keyof HostOptions): void {
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return;
  throw new ZosiaError(
    'ZOSIA_BAD_OPTION',
    wording`${option(name)} is not a whole number above zero: ${value}`,
    {
      hint: wording`Give a number, as in ${option(name, 2)}.`,
    },
  );
}

/** A machine's common part, and the QEMU that it is for. */
export interface ResolvedHost {
  readonly spec: HostSpec;
  readonly facts: QemuFacts;
}

export interface ResolveHostOptions {
  /** Whether the machine starts firmware. */
  readonly startsFirmware?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds QEMU, and decides on what depends on it.
 *
 * @throws ZosiaError as `findQemu`, `qemuFacts` and `resolveAccelerator`
 */
export async function resolveHost(
  choices: HostChoices,
  size: Pick<HostSpec, 'ramMiB' | 'cpus' | 'notes'>,
  { cacheDirectory, searchPath }: HostFolders,
  { startsFirmware, signal }: ResolveHostOptions = {},
): Promise<ResolvedHost> {
  const { arch } = choices;
  const cache = new HostFactsCache(cacheDirectory, { isReadOnly: choices.dryRun });
  const [binary, setpriv] = await Promise.all([
    findQemu(arch, searchPath),
    findSetpriv(searchPath),
  ]);
  const facts = await qemuFacts(binary, cache);
  const accel = await resolveAccelerator(choices.accel, {
    arch,
    binary,
    facts,
    cache,
    startsFirmware,
    signal,
  });
  const cpuModel = choices.cpuModel ?? defaultCpuModel(arch, accel.name, facts.version);
  const { hasSandbox: sandbox, canExitWithParent: exitWithParent } = facts;
  const notes = [
    ...(size.notes ?? []),
    ...translatedNotes(await isTranslated()),
    ...emulatedCpuNotes(accel.name, size.cpus, availableParallelism()),
  ];
  const spec = {
    arch,
    qemu: binary.path,
    setpriv,
    sandbox,
    exitWithParent,
    ...size,
    notes,
    accel,
    cpuModel,
  };
  const onSilence = silencePlan(choices, accel.name, {
    arch,
    binary,
    cache,
    facts,
    startsFirmware,
  });
  return { spec: { ...spec, onSilence }, facts };
}

/** What becomes of a machine that says nothing; one that is emulated may take its time. */
export function silencePlan(
  { accel, cpuModel }: Pick<HostChoices, 'accel' | 'cpuModel'>,
  name: AcceleratorName,
  { facts, ...context }: VerdictContext & { readonly facts: QemuFacts },
): SilencePlan | undefined {
  if (name === 'tcg') return undefined;
  return {
    emulatedCpuModel:
      accel.name === 'auto' ? emulatedCpuModel(context.arch, cpuModel, facts.version) : undefined,
    remember: (verdict) => rememberVerdict(name, context, verdict),
  };
}

/** What to know about a machine whose emulated processors take turns on too few of the host's. */
export function emulatedCpuNotes(accel: string, cpus: number, hostCpus: number): string[] {
  if (accel !== 'tcg' || cpus <= 2 * hostCpus) return [];
  return [
    `the machine's ${cpus} processors are emulated by this host's ${hostCpus}, and wait for one another: ` +
      `it will be slow; with ${hostCpus} it is faster`,
  ];
}

/**
 * RAM that was not asked for.
 *
 * @throws ZosiaError `ZOSIA_MODEL_TOO_LARGE_FOR_HOST`
 */
export async function fittingRamMiB(neededMiB: number): Promise<number> {
  checkFitsHost(neededMiB, await hostFreeMiB());
  return neededMiB;
}

/** Where the console of a session goes. */
export function sessionConsole(serial: string | undefined): ConsoleTarget {
  return serial === undefined ? { to: 'stdio' } : { to: 'backend', backend: serial };
}

/** Processors for a machine that was given no number of them. */
export const defaultCpus = async (): Promise<number> =>
  Math.min(await quickProcessors(), DEFAULT_MAX_CPUS);
