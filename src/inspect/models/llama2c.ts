import { ZosiaError } from '../../errors.js';
import { escapeName } from '../../formats/escaped-name.js';
import { checkGguf } from '../../formats/gguf/check.js';
import { isGguf } from '../../formats/gguf/layout.js';
import { checkByKind } from '../../formats/gguf/loadable.js';
import { readCheckpoint } from '../../formats/llama2c/checkpoint.js';
import {
  MAX_SETTINGS_BYTES,
  SETTINGS_PATH,
  parseSettings,
} from '../../formats/llama2c/settings/file.js';
import {
  DEFAULT_EFI_SETTINGS,
  MODEL_IN_PARTITIONS,
  overrideSettings,
} from '../../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';
import { readTokenizer } from '../../formats/llama2c/tokenizer.js';
import type { Findings } from '../../formats/findings.js';
import type { ImageNode, ImageTree } from '../node.js';
import { checkGgufSettings } from './gguf-settings.js';
import { reported } from './model.js';
import type { VerifiedModel } from './model.js';
import type { GgufPartition } from './partitions.js';

/** How many GGUFs there are beside the one that the settings may name. */
export interface OtherGgufs {
  /** On the volume. */
  readonly fileCount?: number | undefined;
  /** Partitions of the disk that are to be GGUFs, by their type. */
  readonly partitions?: readonly GgufPartition[] | undefined;
}

/**
 * Checks the checkpoint and the tokenizer, or the GGUF, that the EFI application loads from a volume: both whole, and
 * of one vocabulary. Without settings the usual names count, if there is a file of that name; where settings name
 * none, the application asks which of the GGUFs to run.
 */
export async function checkLlama2cModel(
  tree: ImageTree,
  findings: Findings,
  { fileCount = 0, partitions = [] }: OtherGgufs = {},
): Promise<VerifiedModel[]> {
  const missing = (what: string, path: string): void => {
    const message = `it is missing; the EFI application loads the ${what} from there`;
    findings.add(`${what}-missing`, path, message, 'model');
  };
  const settingsFile = await find(tree, SETTINGS_PATH);
  if (settingsFile && settingsFile.sizeBytes > MAX_SETTINGS_BYTES) {
    const message = `it has ${settingsFile.sizeBytes} bytes, too many for settings`;
    findings.add('settings-size', SETTINGS_PATH, message, 'model');
    return [];
  }
  const settings = settingsFile
    ? await reported(findings, SETTINGS_PATH, async () => parseSettings(await textOf(settingsFile)))
    : {};
  if (!settings) return [];
  const named = overrideSettings(DEFAULT_EFI_SETTINGS, settings);
  // A GGUF that is partitions is checked with the disk.
  if (named.model === MODEL_IN_PARTITIONS) {
    const [first] = partitions;
    if (first) await checkGgufSettings(settings, first.access, findings);
    else findings.add('model-missing', SETTINGS_PATH, NO_PARTITION, 'model');
    return [];
  }
  const [path, tokenizerPath] = [absolute(named.model), absolute(named.tokenizer)];
  const model = await find(tree, path);
  if (!model && !settingsFile) return [];
  if (!model && settings.model === undefined && fileCount + partitions.length > 0) return [];
  if (!model && !isOfCheckpoint(settings)) {
    missing('model', path);
    return [];
  }
  if (!model) missing('checkpoint', path);
  else if (await isGguf(await model.open())) {
    await checkGgufSettings(settings, await model.open(), findings);
    return checkOtherGguf(model, path, findings);
  }
  // A damaged one is told of where those of that name are checked.
  else if (/\.gguf$/i.test(path)) return [];
  const tokenizer = await find(tree, tokenizerPath);
  if (!tokenizer) missing('tokenizer', tokenizerPath);
  if (!model) return [];

  const checkpoint = await reported(findings, path, async () =>
    readCheckpoint(await model.open(), path),
  );
  if (!checkpoint || !tokenizer) return [];
  const { vocabularySize } = checkpoint.config;
  const read = await reported(findings, tokenizerPath, async () =>
    readTokenizer(await tokenizer.open(), vocabularySize, tokenizerPath),
  );
  if (!read) return [];
  const { sizeBytes } = model;
  return [
    {
      format: 'llama2c',
      path,
      sizeBytes,
      tensorCount: checkpoint.tensors.length,
      tokenizer: { path: tokenizerPath, tokenCount: read.tokens.length },
    },
  ];
}

const NO_PARTITION =
  'it says that the model is in partitions (model=partition), and the disk has none of their type';

/** Whether settings mean a checkpoint, as far as they tell. */
const isOfCheckpoint = ({ model, tokenizer }: EfiSettings): boolean =>
  model === undefined || tokenizer !== undefined || /\.bin$/i.test(model);

/** A GGUF whose name does not say so: the others are checked as such. */
async function checkOtherGguf(
  model: ImageNode,
  path: string,
  findings: Findings,
): Promise<VerifiedModel[]> {
  if (/\.gguf$/i.test(path)) return [];
  const header = await reported(findings, path, async () => {
    const read = await checkGguf(await model.open(), path);
    checkByKind(read, path);
    return read;
  });
  const { sizeBytes } = model;
  return header ? [{ format: 'gguf', path, sizeBytes, tensorCount: header.tensors.length }] : [];
}

/** A path in the settings as paths in images are written. */
function absolute(path: string): string {
  return escapeName(new TextEncoder().encode(`/${path.replace(/^\/+/, '')}`));
}

async function find(tree: ImageTree, path: string): Promise<ImageNode | undefined> {
  try {
    const node = await tree.lookUp(path, true);
    return node.type === 'file' ? node : undefined;
  } catch (error) {
    if (error instanceof ZosiaError && error.code.endsWith('_NO_SUCH_PATH')) return undefined;
    throw error;
  }
}

async function textOf(node: ImageNode): Promise<string> {
  const content = await node.open();
  return Buffer.from(await content.read(0, content.sizeBytes)).toString('utf8');
}
