import { bytesSegment, makeImage } from './image.js';
import type { Image } from './image.js';

/**
 * What a file in an image is to hold: bytes, text, which is stored as UTF-8, or an image, whose bytes may
 * lie in files of the host, and whose gaps read as zeros.
 */
export type Content = Image | Uint8Array | string;

/** The same as an image. */
export function contentImage(content: Content): Image {
  if (typeof content === 'string') return bytesData(new TextEncoder().encode(content));
  return content instanceof Uint8Array ? bytesData(content) : content;
}

/** File contents held in memory. */
export function bytesData(bytes: Uint8Array): Image {
  return makeImage(bytes.length, bytes.length === 0 ? [] : [bytesSegment(0, bytes)]);
}

/** File contents that are a whole file on the host, or `sizeBytes` of it from `offset`. */
export function fileData(path: string, sizeBytes: number, offset = 0): Image {
  if (sizeBytes === 0) return makeImage(0, []);
  return makeImage(sizeBytes, [
    { offset: 0, length: sizeBytes, source: { kind: 'file', path, offset } },
  ]);
}

/** File contents that are one hole. */
export function holeData(sizeBytes: number): Image {
  return makeImage(sizeBytes, []);
}
