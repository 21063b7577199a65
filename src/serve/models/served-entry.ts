import { stat } from 'node:fs/promises';
import type { Model } from '../../recipes/model.js';
import type { ServedModel } from '../backend.js';

/** What goes with a model, found as the model is. */
export interface ModelCompanions {
  readonly projector?: string | undefined;
  /** LoRA adapters, applied in this order. */
  readonly adapters?: readonly string[] | undefined;
  readonly draft?: string | undefined;
}

/** A model that is served, and where it is. */
export interface ServedEntry extends ServedModel {
  /** What it is found by on this host: a name, a reference or a path; undefined is the built-in model. */
  readonly found: string | undefined;
  readonly companions: ModelCompanions;
}

/** The name of a file without what says of which form, and which part, it is. */
export const withoutEnding = (fileName: string): string =>
  fileName.replace(/(?:-\d{5,}-of-\d{5,})?\.gguf$/i, '');

const MS_OF_S = 1000;

/** The entry of a model that was named; it may be asked for by what it was named, too. */
export async function entryOf(
  found: string | undefined,
  model: Pick<Model, 'name' | 'path' | 'sizeBytes'>,
): Promise<ServedEntry> {
  const name = withoutEnding(model.name);
  const others = [model.name, found].filter((each) => each !== undefined && each !== name);
  const { mtimeMs } = await stat(model.path);
  return {
    name,
    aliases: [...new Set(others as string[])],
    created: mtimeMs / MS_OF_S,
    sizeBytes: model.sizeBytes,
    found,
    companions: {},
  };
}
