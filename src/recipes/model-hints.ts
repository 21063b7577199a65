import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import type { CompanionKind } from '../inspect/models/kind.js';
import { findEntry } from '../models/catalogue/catalogue.js';
import type { NamedModels } from '../models/named-models.js';
import { referenceWord } from '../models/references/reference-error.js';
import { EMBEDDED_MODEL_NAME } from './embedded-model.js';

/** A reference tells where a model is to be had. */
export const REFERENCE = /^(?:hf|ollama|oci|https?):/;

export async function notFoundHint(
  name: string,
  modelsDir: string,
  named: NamedModels | undefined,
  kind: CompanionKind | 'model' = 'model',
): Promise<string> {
  if (!named) return modelsHint(modelsDir, kind);
  if (REFERENCE.test(name) || findEntry(name)) {
    return `zosia model pull ${referenceWord(name)} downloads it.`;
  }
  const files = (await readdir(modelsDir).catch(() => [])).filter((file) => file.endsWith('.gguf'));
  const near = await named.nearest(name, [EMBEDDED_MODEL_NAME, ...files.sort()]);
  return near.length > 0 ? `Did you mean ${near.join(' or ')}?` : modelsHint(modelsDir, kind);
}

/** What has to be named, where a name stands for nothing. */
const COMPANIONS: Readonly<Record<CompanionKind, string>> = {
  draft: "the GGUF of a smaller model with the model's own vocabulary",
  projector: 'the GGUF of the projector that was made for the model',
  adapter: 'the GGUF of an adapter that was made for the model',
};

export async function modelsHint(
  modelsDir: string,
  kind: CompanionKind | 'model' = 'model',
): Promise<string> {
  const files = await readdir(modelsDir).catch(() => []);
  const models = files.filter((file) => file.endsWith('.gguf')).sort();
  if (kind !== 'model') {
    const how = `Name ${COMPANIONS[kind]}, by its path or a name that zosia model list tells.`;
    if (models.length === 0) return how;
    return `${how} Files in ${basename(modelsDir)}/: ${models.join(', ')}.`;
  }
  return models.length === 0
    ? `Name a GGUF file, as in path/to/model.gguf. ${EMBEDDED_MODEL_NAME} is built in.`
    : `Models in ${basename(modelsDir)}/: ${models.join(', ')}.`;
}
