import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isFile } from '../../host/host-file.js';
import { readTextFile } from '../../host/text-file.js';
import type { LocatedFile } from '../located-model.js';
import { MAX_ENTRIES } from './cached-model.js';
import type { CachedModel } from './cached-model.js';

/** Hugging Face: `models--OWNER--REPO`. */
const REPOSITORY = /^models--(.+?)--(.+)$/;
const COMMIT = /^[0-9a-f]{40}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const PART = /-(\d{5,})-of-(\d{5,})\.gguf$/;
/** Repositories have a folder for each quantisation, seldom one in it. */
const MAX_DEPTH = 3;

/**
 * The GGUFs of Hugging Face's cache (huggingface.co/docs/hub/local-cache): under `models--OWNER--REPO`, `refs/NAME`
 * has the commit of a branch, and `snapshots/COMMIT` the files' names, which link to `blobs/DIGEST`; of a large file
 * the digest is its sha256.
 */
export async function huggingfaceModels(folder: string): Promise<CachedModel[]> {
  const found: CachedModel[] = [];
  for (const name of await names(folder)) {
    const [, owner, repository] = REPOSITORY.exec(name) ?? [];
    if (owner === undefined || repository === undefined) continue;
    const place = join(folder, name);
    const main = (await readTextFile(join(place, 'refs', 'main')).catch(() => '')).trim();
    for (const commit of await names(join(place, 'snapshots'))) {
      if (!COMMIT.test(commit)) continue;
      const models = await snapshotModels(join(place, 'snapshots', commit));
      for (const { path, files } of models) {
        const repo = `hf:${owner}/${repository}`;
        const references = [
          `${repo}@${commit}/${path}`,
          ...(commit === main ? [`${repo}/${path}`] : []),
          ...quantisationReferences(repo, commit, commit === main, path),
        ];
        const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
        found.push({ origin: 'huggingface', name: references[0]!, references, files, sizeBytes });
      }
    }
  }
  return found;
}

/** The files of a digest in the cache: names may be taken for those of any repository. */
export async function huggingfaceBlobs(folder: string, sha256: string): Promise<string[]> {
  const repositories = (await names(folder)).filter((name) => REPOSITORY.test(name));
  const paths = repositories.map((name) => join(folder, name, 'blobs', sha256));
  const there = await Promise.all(paths.map(isFile));
  return paths.filter((_, index) => there[index]);
}

/** `model-Q4_K_M.gguf` is the quantisation Q4_K_M, as part of a name that dots and dashes set off. */
const QUANTISATION = /(?:^|[-._/])((?:UD-)?(?:I?Q\d\w*|[BF]F?16|F32|MXFP4\w*))(?=[-./]|$)/gi;

function quantisationReferences(
  repo: string,
  commit: string,
  isMain: boolean,
  path: string,
): string[] {
  const found = [...path.replace(/\.gguf$/, '').matchAll(QUANTISATION)].at(-1)?.[1];
  if (found === undefined) return [];
  const quantisation = found.toUpperCase();
  return [`${repo}@${commit}:${quantisation}`, ...(isMain ? [`${repo}:${quantisation}`] : [])];
}

interface SnapshotModel {
  /** Of the first part, in the repository. */
  readonly path: string;
  readonly files: readonly LocatedFile[];
}

async function snapshotModels(snapshot: string): Promise<SnapshotModel[]> {
  const paths = await ggufPaths(snapshot, '', MAX_DEPTH);
  const models: SnapshotModel[] = [];
  for (const path of paths) {
    if (isProjector(path)) continue;
    const [ending, number, count] = PART.exec(path) ?? [];
    if (ending !== undefined && Number(number) !== 1) continue;
    const parts =
      ending === undefined
        ? [path]
        : Array.from(
            { length: Math.min(Number(count), MAX_ENTRIES) },
            (_, index) =>
              `${path.slice(0, -ending.length)}-${String(index + 1).padStart(5, '0')}-of-${count!}.gguf`,
          );
    if (!parts.every((part) => paths.includes(part))) continue;
    const files = await Promise.all(parts.map((part) => locate(snapshot, part, 'model')));
    if (files.every((file) => file !== undefined)) models.push({ path, files });
  }
  return models;
}

const isProjector = (path: string): boolean => /(^|\/)mmproj[^/]*$/i.test(path);

async function locate(
  snapshot: string,
  name: string,
  role: LocatedFile['role'],
): Promise<LocatedFile | undefined> {
  // What is kept are the blob's name and place: the link goes when the cache is tidied up.
  const path = await realpath(join(snapshot, name)).catch(() => undefined);
  const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (path === undefined || !found?.isFile()) return undefined;
  const digest = basename(path);
  return {
    role,
    fileName: basename(name),
    path,
    sizeBytes: found.size,
    sha256: SHA256.test(digest) ? digest : undefined,
  };
}

async function ggufPaths(snapshot: string, below: string, depth: number): Promise<string[]> {
  const entries = await readdir(join(snapshot, below), { withFileTypes: true }).catch(() => []);
  const paths: string[] = [];
  for (const entry of entries.slice(0, MAX_ENTRIES)) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      if (depth > 0) paths.push(...(await ggufPaths(snapshot, path, depth - 1)));
    } else if (entry.name.endsWith('.gguf')) paths.push(path);
  }
  return paths.sort();
}

async function names(folder: string): Promise<string[]> {
  const found = await readdir(folder).catch(() => []);
  return found.sort().slice(0, MAX_ENTRIES);
}
