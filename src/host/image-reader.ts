import { becameShorter } from './file-errors.js';
import { checkStamp } from './file-stamp.js';
import { accessFile, checkRange } from '../image/random-access.js';
import type { OpenFile, OpenRandomAccess } from '../image/random-access.js';
import { flatten } from '../image/image.js';
import type { Image, LeafSegment } from '../image/image.js';

/**
 * Reads an image that was never written: bytes come from memory and from the files the plan names,
 * which are opened when first needed and stay open until `close`. A read fails with
 * `ZOSIA_FILE_NOT_FOUND` or `ZOSIA_FILE_CHANGED` when a file is gone, shorter than planned, or not the
 * one its source expects.
 */
export function accessImage(image: Image): OpenRandomAccess {
  const segments = flatten(image);
  const files = new Map<string, Promise<OpenFile>>();

  const openOnce = (path: string): Promise<OpenFile> => {
    let file = files.get(path);
    if (!file) files.set(path, (file = accessFile(path)));
    return file;
  };

  const readLeaf = async (leaf: LeafSegment, skip: number, length: number): Promise<Uint8Array> => {
    if (leaf.source.kind === 'bytes') return leaf.source.bytes.subarray(skip, skip + length);
    if (leaf.source.kind === 'access') {
      return leaf.source.access.read(leaf.source.offset + skip, length);
    }
    const { path, offset, expect } = leaf.source;
    const file = await openOnce(path);
    if (expect) checkStamp(path, file.stamp, expect);
    if (offset + skip + length > file.sizeBytes) throw becameShorter(path);
    return file.read(offset + skip, length);
  };

  return {
    sizeBytes: image.sizeBytes,
    async read(offset, length) {
      checkRange(image.sizeBytes, offset, length);
      const end = offset + length;
      const result = new Uint8Array(length);
      for (let i = firstEndingAfter(segments, offset); i < segments.length; i++) {
        const leaf = segments[i]!;
        if (leaf.offset >= end) break;
        const from = Math.max(leaf.offset, offset);
        const to = Math.min(leaf.offset + leaf.length, end);
        result.set(await readLeaf(leaf, from - leaf.offset, to - from), from - offset);
      }
      return result;
    },
    async close() {
      const opened = [...files.values()];
      files.clear();
      for (const file of await Promise.allSettled(opened)) {
        if (file.status === 'fulfilled') await file.value.close();
      }
    },
  };
}

/** Index of the first segment whose end lies past `offset` (binary search; segments are ordered). */
function firstEndingAfter(segments: readonly LeafSegment[], offset: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { offset: start, length } = segments[middle]!;
    if (start + length > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
