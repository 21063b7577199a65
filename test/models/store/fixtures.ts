import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DownloadFile } from '../../../src/download/remote-file.js';
import type { CacheFolders } from '../../../src/models/caches/cached-model.js';
import type { ResolvedFile, ResolvedModel } from '../../../src/models/resolved-model.js';
import { modelGguf } from '../../formats/gguf/samples.js';

export const NO_CACHES: CacheFolders = { ollama: [], huggingface: [], llamaCpp: [] };

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** A small GGUF that differs from others by its name. */
export async function ggufBytes(name: string): Promise<Buffer> {
  return Buffer.from(await modelGguf({ 'general.name': { type: 'string', value: name } }));
}

/** A model as a transport tells it, of files whose digests it knows. */
export function resolvedModel(
  name: string,
  files: Readonly<Record<string, Uint8Array>>,
  { revision = '0'.repeat(40), repository = `owner/${name}`, tellsDigest = true } = {},
): ResolvedModel {
  return {
    reference: `hf:${repository}@${revision}/${Object.keys(files)[0]!}`,
    name,
    source: { kind: 'hub', repository, revision },
    licence: 'MIT',
    files: Object.entries(files).map(([fileName, bytes]): ResolvedFile => ({
      role: fileName.startsWith('mmproj') ? 'projector' : 'model',
      name: fileName,
      fileName,
      url: new URL(`https://hub.example/${repository}/${fileName}`),
      ...(tellsDigest && { sizeBytes: bytes.length, sha256: sha256(bytes) }),
    })),
  };
}

/** A downloader whose host has these bytes, by the files' names; it counts what it is asked for. */
export function fakeDownload(bytesOf: Readonly<Record<string, Uint8Array>>): {
  readonly download: DownloadFile;
  readonly asked: string[];
} {
  const asked: string[] = [];
  return {
    asked,
    async download({ name }, target) {
      asked.push(name);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, bytesOf[name]!);
      return { sizeBytes: bytesOf[name]!.length, sha256: sha256(bytesOf[name]!) };
    },
  };
}
