import { stat } from 'node:fs/promises';
import { ZosiaError } from '../errors.js';
import { nameOfKind } from '../inspect/models/kind.js';
import { shellPath } from '../shell-word.js';
import type { NamedModels } from '../models/named-models.js';
import type { LocatedModel } from '../models/located-model.js';
import { CATALOGUE, findEntry } from '../models/catalogue/catalogue.js';
import { requireForm } from '../models/resolve/resolve-entry.js';
import { REFERENCE } from './model-hints.js';
import { checkpointName } from '../models/checkpoint-name.js';
import type { CheckpointPaths } from './embedded-checkpoint.js';
import { knownDigest } from './known-digest.js';
import { shownReference } from '../models/references/reference-error.js';

/** One name of the catalogue may stand for a GGUF and a checkpoint: the store has the second as NAME.bin. */
async function findEither(name: string, models: NamedModels): Promise<LocatedModel | undefined> {
  const found = await models.find(name);
  if (found?.files.some(({ role }) => role === 'tokenizer')) return found;
  return (await models.find(checkpointName(name))) ?? found;
}

/** Whether a name stands for a checkpoint on this host; a GGUF of the name is none. */
export async function hasCheckpoint(name: string, models: NamedModels): Promise<boolean> {
  const found = await findEither(name, models);
  return found?.files.some(({ role }) => role === 'tokenizer') ?? false;
}

/**
 * Refuses a reference that is no name of the catalogue: a checkpoint goes with a tokenizer, and a reference has but one
 * model.
 *
 * @throws ZosiaError `ZOSIA_CHECKPOINT_BY_REFERENCE`
 */
export function refuseReference(name: string): void {
  if (!REFERENCE.test(name)) return;
  const shown = shownReference(name);
  // No form of reference has checkpoints: its words are compared, without a revision.
  const wanted = name.replace(/@[^/]*/, '');
  const known = CATALOGUE.find(
    ({ checkpoint }) =>
      checkpoint !== undefined && wanted === `hf:${checkpoint.repository}/${checkpoint.file}`,
  );
  throw new ZosiaError(
    'ZOSIA_CHECKPOINT_BY_REFERENCE',
    `${shown} is a reference, which names a GGUF, and no llama2.c checkpoint`,
    {
      hint: known
        ? `The catalogue has that one with its tokenizer: zosia up --machine efi ${shellPath(known.name)}`
        : 'Name one of the catalogue, as in zosia up --machine efi stories15M, or the files of a checkpoint and of its tokenizer.',
    },
  );
}

/**
 * The files of a llama2.c checkpoint and its tokenizer, by their name.
 *
 * @returns undefined for the path of a file, there or not
 * @throws ZosiaError `ZOSIA_CHECKPOINT_IS_GGUF`, `ZOSIA_CHECKPOINT_BY_REFERENCE`, `ZOSIA_MODEL_NOT_FOUND`,
 * `ZOSIA_MODEL_UNUSABLE` for a name of the catalogue that is no checkpoint, and those of `NamedModels.find`
 */
export async function findCheckpoint(
  name: string,
  models: NamedModels,
): Promise<CheckpointPaths | undefined> {
  if (await stat(name).catch(() => undefined)) return undefined;
  const found = await findEither(name, models);
  if (!found) {
    refuseReference(name);
    const entry = findEntry(name);
    if (entry) {
      requireForm(entry, 'checkpoint');
      throw new ZosiaError(
        'ZOSIA_MODEL_NOT_FOUND',
        `the checkpoint of ${entry.name} is not on this host`,
        { hint: `zosia model pull ${shellPath(entry.name)} --checkpoint downloads it.` },
      );
    }
    if (name.includes('/') || /\.(?:bin|gguf)$/i.test(name)) return undefined;
    const near = await models.nearest(name);
    throw new ZosiaError('ZOSIA_MODEL_NOT_FOUND', `there is no model ${shownReference(name)}`, {
      hint:
        near.length > 0
          ? `Did you mean ${near.join(' or ')}?`
          : 'Name a llama2.c checkpoint and its tokenizer; zosia model list tells the names there are.',
    });
  }
  const [model] = found.files.filter(({ role }) => role === 'model');
  const [tokenizer] = found.files.filter(({ role }) => role === 'tokenizer');
  if (!model && found.files.some(({ role }) => role === 'projector')) {
    throw new ZosiaError(
      'ZOSIA_MODEL_WRONG_KIND',
      `${name} is ${nameOfKind('projector')}, not a llama2.c checkpoint`,
      { hint: 'Name a checkpoint: zosia model list tells the names there are.' },
    );
  }
  if (!model || !tokenizer) {
    throw new ZosiaError(
      'ZOSIA_CHECKPOINT_IS_GGUF',
      `${name} is a GGUF, not a llama2.c checkpoint`,
      {
        hint: `A GGUF is run as it is: zosia up ${shellPath(name)}, or zosia up --machine efi ${shellPath(name)}`,
      },
    );
  }
  return {
    checkpoint: model.path,
    tokenizer: tokenizer.path,
    fileNames: { checkpoint: model.fileName, tokenizer: tokenizer.fileName },
    known: {
      checkpoint: knownDigest(found, model.fileName),
      tokenizer: knownDigest(found, tokenizer.fileName),
    },
  };
}
