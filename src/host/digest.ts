import { createHash } from 'node:crypto';
import { contiguousChunks } from './chunks.js';
import type { Image } from '../image/image.js';

/** The sha256, in lower-case hex, of the file that writing the image would give. */
export async function digestImage(image: Image, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const { bytes } of contiguousChunks(image, signal)) hash.update(bytes);
  return hash.digest('hex');
}

/** The sha256, in lower-case hex, of bytes in memory: ten times as fast as the core's own, which runs anywhere. */
export function digestBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The sha256, in lower-case hex, of a whole file. */
export async function digestFile(
  path: string,
  sizeBytes: number,
  signal?: AbortSignal,
): Promise<string> {
  if (sizeBytes === 0) return digestBytes(new Uint8Array(0));
  const source = { kind: 'file', path, offset: 0 } as const;
  return digestImage({ sizeBytes, segments: [{ offset: 0, length: sizeBytes, source }] }, signal);
}
