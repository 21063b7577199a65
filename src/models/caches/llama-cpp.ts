import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lookAtFile } from '../../host/host-file.js';
import { MAX_ENTRIES } from './cached-model.js';
import type { CachedModel } from './cached-model.js';

const MANIFEST = /^manifest=([^=]+)=([^=]+)=([^=]+)\.json$/;

/**
 * The GGUFs of llama.cpp's own cache, which it had before Hugging Face's (common/arg.cpp, common/download.cpp): files
 * `OWNER_REPO_NAME.gguf`, and for each repository `manifest=OWNER=REPO=TAG.json`, without which nobody can tell where
 * the owner's name ends. Models of several files are passed over, as are files that are no model of their own.
 */
export async function llamaCppModels(folder: string): Promise<CachedModel[]> {
  const names = (await readdir(folder).catch(() => [])).sort().slice(0, MAX_ENTRIES);
  const repositories = new Map<string, string>();
  for (const name of names) {
    const [, owner, repository] = MANIFEST.exec(name) ?? [];
    if (owner !== undefined && repository !== undefined) {
      repositories.set(`${owner}_${repository}_`, `${owner}/${repository}`);
    }
  }
  const found: CachedModel[] = [];
  for (const name of names) {
    if (!name.endsWith('.gguf') || /mmproj|-\d{5}-of-\d{5}\.gguf$/.test(name)) continue;
    const prefix = [...repositories.keys()].find((each) => name.startsWith(each));
    const file = await lookAtFile(join(folder, name)).catch(() => undefined);
    if (prefix === undefined || !file || file.sizeBytes === 0) continue;
    const { path, sizeBytes } = file;
    const fileName = name.slice(prefix.length);
    const reference = `hf:${repositories.get(prefix)!}/${fileName}`;
    found.push({
      origin: 'llama.cpp',
      name: reference,
      references: [reference],
      files: [{ role: 'model', fileName, path, sizeBytes }],
      sizeBytes,
    });
  }
  return found;
}
