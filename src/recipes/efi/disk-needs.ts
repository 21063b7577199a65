import { posix } from 'node:path';
import { ARCHITECTURES } from '../../artifacts/architectures.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import type { FatReader } from '../../formats/fat/reader/reader.js';
import { checkBareMetal } from '../../formats/gguf/bare-metal.js';
import { isGguf } from '../../formats/gguf/layout.js';
import { describeModel } from '../../formats/gguf/model-info.js';
import { readCheckpoint } from '../../formats/llama2c/checkpoint.js';
import { readTokenizer } from '../../formats/llama2c/tokenizer.js';
import type { RandomAccess } from '../../image/random-access.js';
import { findOnVolume, readDiskSettings } from './disk-settings.js';
import { APPLICATION_PATHS } from './entries.js';
import { openEfiDisk } from './existing-disk.js';
import type { ExistingEfiDisk } from './existing-disk.js';
import { readGgufPartitions } from '../../inspect/models/partitions.js';
import { headerOfAll, readModelParts } from '../../inspect/models/parts.js';
import type { ModelPart } from '../../inspect/models/parts.js';
import type { OpenVmdkOptions } from '../../inspect/vmdk-disk.js';
import { ggufMemoryBytes, settingsTextBytes } from './gguf-memory.js';
import { ggufContext } from './gguf-model.js';
import { volumeFolder } from './gguf-on-disk.js';
import { efiMemoryBytes, textSizes } from './memory.js';
import { modelName } from './model.js';
import {
  DEFAULT_EFI_SETTINGS,
  MODEL_IN_PARTITIONS,
  overrideSettings,
} from '../../formats/llama2c/settings/settings.js';
import type { CompleteEfiSettings, EfiSettings } from '../../formats/llama2c/settings/settings.js';

/** What a machine needs to run an EFI disk. */
export interface EfiDiskNeeds {
  /** What the application allocates; 0 for a disk without a model. The firmware's own comes on top. */
  readonly memoryBytes: number;
  /** The machines that it has an application for. */
  readonly archs: readonly Architecture[];
  /** What holds in a run: what `llama2.cfg` says, and the defaults for what it does not. */
  readonly settings: CompleteEfiSettings;
  /**
   * As the application names it. Undefined for a disk that has neither `llama2.cfg` nor the model that
   * would be run without one: another application is on it, such as `hello`.
   */
  readonly modelName: string | undefined;
  /** What the model is, which decides what may be asked of it; undefined where there is none. */
  readonly modelFormat: 'gguf' | 'llama2c' | undefined;
  /** Of a GGUF: length of the context that it is run with, no more than it was trained for. */
  readonly contextTokens?: number | undefined;
}

export interface EfiDiskNeedsOptions extends OpenVmdkOptions {
  /** The machine that is to run the disk. */
  readonly arch?: Architecture | undefined;
  /** Settings in place of those on the disk, as for `withRunDisk`. */
  readonly settings?: EfiSettings | undefined;
}

/**
 * Finds out what a machine needs to run an EFI disk, and whether what the disk's settings name is there
 * and fits together, as the application would find when it runs.
 *
 * @throws ZosiaError `ZOSIA_EFI_NO_APPLICATION` for a disk that starts on no machine, or not on `arch`;
 * `ZOSIA_EFI_OTHER_APPLICATION` for settings of a disk that has no use for them;
 * `ZOSIA_EFI_NO_MODEL` when a file that the settings name is not there; those of `openEfiDisk`,
 * `readDiskSettings`, `readCheckpoint` and `readTokenizer`
 */
export async function efiDiskNeeds(
  diskPath: string,
  options: EfiDiskNeedsOptions = {},
): Promise<EfiDiskNeeds> {
  const disk = await openEfiDisk(diskPath, options);
  try {
    const { fat } = disk;
    const archs: Architecture[] = [];
    for (const arch of ARCHITECTURES) {
      const found = await findOnVolume(fat, APPLICATION_PATHS[arch]);
      if (found?.type === 'file') archs.push(arch);
    }
    checkApplications(diskPath, archs, options.arch);
    const own = await readDiskSettings(fat);
    const settings = overrideSettings(
      overrideSettings(DEFAULT_EFI_SETTINGS, own),
      options.settings,
    );
    const isNamed = (options.settings?.model ?? own?.model) !== undefined;
    const isThere = isNamed || (await findOnVolume(fat, settings.model)) !== undefined;
    const choice = isThere ? [] : await ggufsToChooseFrom(disk);
    if (choice.length > 0)
      return { ...(await needsOfAny(disk, choice, settings, diskPath)), archs };
    const isOther = own === undefined && !isThere;
    if (isOther && options.settings) throw takesNoSettings(diskPath);
    if (isOther) {
      return { memoryBytes: 0, archs, settings, modelName: undefined, modelFormat: undefined };
    }
    return { ...(await modelNeeds(disk, settings, diskPath)), archs, settings };
  } finally {
    await disk.close();
  }
}

function checkApplications(
  diskPath: string,
  archs: readonly Architecture[],
  wanted: Architecture | undefined,
): void {
  const [one] = archs;
  if (one === undefined) {
    throw new ZosiaError('ZOSIA_EFI_NO_APPLICATION', `${diskPath} has no application to start`, {
      hint: `Firmware looks for ${Object.values(APPLICATION_PATHS).join(' or ')}; zosia image efi writes such a disk.`,
    });
  }
  if (wanted === undefined || archs.includes(wanted)) return;
  throw new ZosiaError(
    'ZOSIA_EFI_NO_APPLICATION',
    `${diskPath} has no application for ${wanted} (${APPLICATION_PATHS[wanted]})`,
    {
      hint: wording`Run it with ${option('arch', one)}, or write it with zosia image efi --arch ${wanted}.`,
    },
  );
}

function takesNoSettings(diskPath: string): ZosiaError {
  return new ZosiaError('ZOSIA_EFI_OTHER_APPLICATION', `${diskPath} holds another application`, {
    hint: wording`${option('prompt')} and the like are for disks with a model, which zosia image efi writes.`,
  });
}

/** What settings may name where they name nothing: the application asks, or takes the only one. */
async function ggufsToChooseFrom({ fat, ggufs }: ExistingEfiDisk): Promise<string[]> {
  const names = (await fat.list('/')).map(({ name }) => name);
  // A split model is named by its first part.
  const files = names.filter((name) => /(?<!-(?!0*1-of-)\d+-of-\d+)\.gguf$/i.test(name)).sort();
  return ggufs.length > 0 ? [MODEL_IN_PARTITIONS, ...files] : files;
}

/** The most that any of them needs, as it is not known which one will be chosen. */
async function needsOfAny(
  disk: ExistingEfiDisk,
  choice: readonly string[],
  settings: CompleteEfiSettings,
  diskPath: string,
): Promise<ModelNeeds & Pick<EfiDiskNeeds, 'settings'>> {
  let most: ModelNeeds | undefined;
  for (const model of choice) {
    const needs = await modelNeeds(disk, { ...settings, model }, diskPath);
    if (!most || needs.memoryBytes > most.memoryBytes) most = needs;
  }
  const [only] = choice.length === 1 ? choice : [];
  const { modelName: name, ...rest } = most!;
  return only === undefined
    ? { ...rest, modelName: undefined, settings }
    : { ...rest, modelName: name, settings: { ...settings, model: only } };
}

type ModelNeeds = Pick<EfiDiskNeeds, 'memoryBytes' | 'modelName' | 'modelFormat' | 'contextTokens'>;

async function modelNeeds(
  { fat, ggufs }: ExistingEfiDisk,
  settings: CompleteEfiSettings,
  diskPath: string,
): Promise<ModelNeeds> {
  if (settings.model === MODEL_IN_PARTITIONS) {
    return ggufNeeds(await readGgufPartitions(ggufs, diskPath), settings, diskPath);
  }
  const model = await openNamed(fat, settings.model, 'model', diskPath);
  const isCheckpoint = !/\.gguf$/i.test(settings.model) && !(await isGguf(model));
  if (isCheckpoint) return checkpointNeeds(fat, model, settings, diskPath);
  const folder = volumeFolder(fat, posix.dirname(settings.model), diskPath);
  const parts = await readModelParts(posix.basename(settings.model), folder);
  return ggufNeeds(parts, settings, diskPath);
}

/** As `readEfiGguf` has it, of what is on the disk. */
function ggufNeeds(
  parts: readonly ModelPart[],
  settings: CompleteEfiSettings,
  diskPath: string,
): ModelNeeds {
  const header = headerOfAll(parts);
  checkBareMetal(header, `the model on ${diskPath}`);
  const info = describeModel(header);
  const contextTokens = ggufContext(info, settings.context);
  return {
    contextTokens,
    memoryBytes: ggufMemoryBytes({
      info,
      fileBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      contextTokens,
      textBytes: settingsTextBytes(settings),
    }),
    modelName:
      settings.model === MODEL_IN_PARTITIONS
        ? (info.name ?? MODEL_IN_PARTITIONS)
        : modelName(settings.model),
    modelFormat: 'gguf',
  };
}

async function checkpointNeeds(
  fat: FatReader,
  checkpointFile: RandomAccess,
  settings: CompleteEfiSettings,
  diskPath: string,
): Promise<ModelNeeds> {
  const tokenizerFile = await openNamed(fat, settings.tokenizer, 'tokenizer', diskPath);
  const checkpoint = await readCheckpoint(checkpointFile, `${settings.model} on ${diskPath}`);
  const { vocabularySize } = checkpoint.config;
  await readTokenizer(tokenizerFile, vocabularySize, `${settings.tokenizer} on ${diskPath}`);
  const memoryBytes = efiMemoryBytes({
    checkpoint,
    tokenizerBytes: tokenizerFile.sizeBytes,
    ...textSizes(settings),
  });
  return { memoryBytes, modelName: modelName(settings.model), modelFormat: 'llama2c' };
}

async function openNamed(
  fat: FatReader,
  path: string,
  setting: 'model' | 'tokenizer',
  diskPath: string,
): Promise<RandomAccess> {
  const stat = await findOnVolume(fat, path);
  if (stat?.type === 'file') return fat.open(stat);
  throw new ZosiaError(
    'ZOSIA_EFI_NO_MODEL',
    `${diskPath} has no file ${path}, which is its ${setting}`,
    {
      hint: `Put it there, name another one in llama2.cfg (${setting}=), or write the disk again.`,
    },
  );
}
