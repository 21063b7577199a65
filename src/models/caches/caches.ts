import { stat } from 'node:fs/promises';
import type { CachedModel, CacheFolders } from './cached-model.js';
import { huggingfaceBlobs, huggingfaceModels } from './huggingface.js';
import { llamaCppModels } from './llama-cpp.js';
import { ollamaBlob, ollamaModels } from './ollama.js';

/** The models of all other programs, sorted by their names. What cannot be read is passed over. */
export async function cachedModels(folders: CacheFolders): Promise<CachedModel[]> {
  const found = await Promise.all([
    ...folders.ollama.map(ollamaModels),
    ...folders.huggingface.map(huggingfaceModels),
    ...folders.llamaCpp.map(llamaCppModels),
  ]);
  return found.flat().sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The model that a reference stands for, capitals of a quantisation or not. */
export async function findCached(
  folders: CacheFolders,
  reference: string,
): Promise<CachedModel | undefined> {
  const models = await cachedModels(folders);
  const wanted = withCapitals(reference);
  return models.find(({ references }) =>
    references.some((each) => each === reference || withCapitals(each) === wanted),
  );
}

const withCapitals = (reference: string): string =>
  reference.startsWith('hf:')
    ? reference.replace(/:[^:/]+$/, (quantisation) => quantisation.toUpperCase())
    : reference;

/**
 * A file of another program that has a digest for its name, and the right length. Its bytes have not been read.
 *
 * @returns its absolute path
 */
export async function findCachedBlob(
  folders: CacheFolders,
  { sha256, sizeBytes }: { readonly sha256: string; readonly sizeBytes: number | undefined },
): Promise<string | undefined> {
  const candidates = folders.ollama.map((folder) => ollamaBlob(folder, sha256));
  for (const folder of folders.huggingface) {
    candidates.push(...(await huggingfaceBlobs(folder, sha256)));
  }
  for (const path of candidates) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() && (sizeBytes === undefined || found.size === sizeBytes)) return path;
  }
  return undefined;
}
