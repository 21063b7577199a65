import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { isFile } from '../../host/host-file.js';
import { readTextFile } from '../../host/text-file.js';
import { byteCount, object, tryJson } from '../../json.js';
import type { LocatedFile } from '../located-model.js';
import type { ModelFileRole } from '../resolved-model.js';
import { MAX_ENTRIES } from './cached-model.js';
import type { CachedModel } from './cached-model.js';

/** What a name without a host, and one without a namespace, is looked for under (ollama, types/model/name.go). */
const USUAL_HOST = 'registry.ollama.ai';
const USUAL_NAMESPACE = 'library';

const ROLES: Readonly<Record<string, ModelFileRole>> = {
  'application/vnd.ollama.image.model': 'model',
  'application/vnd.ollama.image.projector': 'projector',
};

const MANIFEST = object({
  layers: v.array(object({ mediaType: v.string(), digest: v.string(), size: byteCount })),
});

/**
 * The models of ollama's folder: a manifest under `manifests/HOST/NAMESPACE/NAME/TAG` names the layers, which are
 * files `blobs/sha256-DIGEST`. A model that is no GGUF, or of which a file is missing, is passed over.
 */
export async function ollamaModels(folder: string): Promise<CachedModel[]> {
  const found: CachedModel[] = [];
  const manifests = join(folder, 'manifests');
  for (const host of await names(manifests)) {
    for (const namespace of await names(join(manifests, host))) {
      for (const name of await names(join(manifests, host, namespace))) {
        for (const tag of await names(join(manifests, host, namespace, name))) {
          const path = join(manifests, host, namespace, name, tag);
          const files = await filesOf(path, join(folder, 'blobs'), `${name}-${tag}`);
          if (files) found.push(describe(files, { host, namespace, name, tag }));
        }
      }
    }
  }
  return found;
}

/** The file of a digest in ollama's folder, if it is there; its length is for the caller to compare. */
export const ollamaBlob = (folder: string, sha256: string): string =>
  join(folder, 'blobs', `sha256-${sha256}`);

interface OllamaName {
  readonly host: string;
  readonly namespace: string;
  readonly name: string;
  readonly tag: string;
}

function describe(
  files: readonly LocatedFile[],
  { host, namespace, name, tag }: OllamaName,
): CachedModel {
  const isUsualHost = host === USUAL_HOST;
  const short = isUsualHost && namespace === USUAL_NAMESPACE ? name : `${namespace}/${name}`;
  const reference = `ollama:${isUsualHost ? '' : `${host}/`}${short}`;
  const references = [`${reference}:${tag}`, ...(tag === 'latest' ? [reference] : [])];
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { origin: 'ollama', name: references[0]!, references, files, sizeBytes };
}

async function filesOf(
  manifest: string,
  blobs: string,
  stem: string,
): Promise<LocatedFile[] | undefined> {
  const parsed = tryJson(MANIFEST, await readTextFile(manifest).catch(() => ''));
  const files: LocatedFile[] = [];
  for (const { mediaType, digest, size } of parsed?.layers ?? []) {
    const role = ROLES[mediaType];
    if (role === undefined) continue;
    const sha256 = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
    const path = join(blobs, `sha256-${sha256 ?? ''}`);
    if (sha256 === undefined || !(await isFile(path))) return undefined;
    const fileName = role === 'model' ? `${stem}.gguf` : `mmproj-${stem}.gguf`;
    files.push({ role, fileName, path, sizeBytes: size, sha256 });
  }
  // Several layers of weights are no GGUF.
  return files.filter(({ role }) => role === 'model').length === 1 ? files : undefined;
}

async function names(folder: string): Promise<string[]> {
  const found = await readdir(folder).catch(() => []);
  return found
    .filter((name) => !name.startsWith('.'))
    .sort()
    .slice(0, MAX_ENTRIES);
}
