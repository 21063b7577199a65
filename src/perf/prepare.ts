import { basename } from 'node:path';
import { ZosiaError } from '../errors.js';
import type { ModelInfo } from '../formats/gguf/model-info.js';
import type { SpeedSubject } from '../prepare/speed.js';
import { bootedFiles } from '../recipes/places.js';
import { checkModelDisk } from '../recipes/check-disk.js';
import { existingDisk } from '../recipes/model-disk.js';
import { modelNeeds } from '../recipes/model-memory.js';
import { modelOnDisk } from '../recipes/model-on-disk.js';
import { resolveLinuxMachine } from '../machine/machine.js';
import type { LinuxMachineOptions } from '../machine/machine.js';
import { describeLinuxMachine, prepareLinuxMachine } from '../prepare/linux.js';
import type { PrepareLinuxOptions } from '../prepare/linux.js';
import { withExistingDisk } from '../prepare/run-disk.js';
import type { MachineWithDisk } from '../prepare/run-disk.js';

/** A machine that settings are measured on. */
export interface PerfMachine extends MachineWithDisk {
  /** What results call the model. */
  readonly model: string;
  /** What its speed depends on, where it is known. */
  readonly weights?: SpeedSubject | undefined;
  /** What llama.cpp has to be told for a context of so many tokens, or of the usual length. */
  llamaArgs(contextTokens: number | undefined): readonly string[];
}

export interface PrepareOptions extends Omit<PrepareLinuxOptions, 'machine' | 'contextTokens'> {
  readonly machine?:
    | Pick<LinuxMachineOptions, 'kernel' | 'ramMiB' | 'cpus' | 'accel' | 'cpuModel' | 'append'>
    | undefined;
  /** What is booted where no model is named, in the place of what was built last. */
  readonly images?: Pick<LinuxMachineOptions, 'initrd' | 'disk'> | undefined;
  /** The longest context, in tokens, that any setting asks for: there is memory for it. */
  readonly contextTokens?: number | undefined;
  /** Only decides on the machine: nothing is fetched, built, written or kept. */
  readonly dryRun?: boolean | undefined;
}

/**
 * Brings everything up to date for measuring a model; without a model, takes the disk that is named, or the
 * one that was built last.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_NAMED`, and those of `prepareLinuxMachine`, `checkModelDisk` and `resolveLinuxMachine`
 */
export async function preparePerfMachine(options: PrepareOptions): Promise<PerfMachine> {
  const { contextTokens } = options;
  if (options.model === undefined) return fromDisk(options);
  const machine = await (options.dryRun
    ? describeLinuxMachine(options)
    : prepareLinuxMachine(options));
  const { spec, model, runDisk, mapsDisks } = machine;
  return {
    spec,
    runDisk,
    mapsDisks,
    model: basename(model.name, '.gguf'),
    weights: weightsOf(model.info),
    llamaArgs: (tokens = contextTokens) =>
      modelNeeds(model.info, { contextTokens: tokens }).llamaArgs,
  };
}

const weightsOf = ({ tokenBytes, quantisation }: ModelInfo): SpeedSubject | undefined =>
  tokenBytes === undefined ? undefined : { tokenBytes, quantisation };

async function fromDisk(options: PrepareOptions): Promise<PerfMachine> {
  const { arch, places, folders, contextTokens, dryRun, signal } = options;
  const disk = options.images?.disk ?? (await existingDisk(places));
  if (disk === undefined) {
    throw new ZosiaError(
      'ZOSIA_MODEL_NOT_NAMED',
      'no model was named, and no model disk is built',
      {
        hint: 'Name a GGUF file: zosia perf run path/to/model.gguf',
      },
    );
  }
  await checkModelDisk(disk, { signal });
  const model = await modelOnDisk(disk);
  const needs = (tokens = contextTokens) =>
    model &&
    modelNeeds(model.info, { contextTokens: tokens, companionBytes: model.companionBytes });
  const memory = needs(undefined)?.memory;
  const spec = await resolveLinuxMachine(
    {
      ...options.machine,
      ...options.images,
      arch,
      dryRun,
      disk,
      model: memory,
      defaults: bootedFiles(places, arch, { kernel: options.kernel }),
      signal,
    },
    folders,
  );
  const hasOwnKernel = options.machine?.kernel === undefined;
  return {
    ...(dryRun ? { spec } : await withExistingDisk(spec, { hasOwnKernel })),
    model: model?.info.name ?? basename(disk),
    weights: model && weightsOf(model.info),
    llamaArgs: (tokens) => needs(tokens)?.llamaArgs ?? [],
  };
}
