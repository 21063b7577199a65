import { stat } from 'node:fs/promises';
import * as v from 'valibot';
import { digestFile } from '../../host/digest.js';
import { unreadable } from '../../host/file-errors.js';
import type { HostFactsCache } from '../qemu/host-facts-cache.js';
import { readHead } from './files.js';
import { digestBytes } from '../../host/digest.js';

/** So much of a large file is digested; a stamp stands for the rest. */
const HEAD_BYTES = 1 << 20;

/**
 * What tells a file from another, without reading all of it: its length, when it was last written and when
 * anything was last done to it, and its beginning, where a GGUF has all that is not weights.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`
 */
export async function stampPart(path: string): Promise<string> {
  const [stamp, head] = await Promise.all([stampOf(path), readHead(path, HEAD_BYTES)]);
  return [...stamp, digestBytes(head)].join(' ');
}

/**
 * The sha256 of a file, read anew only when its stamp is another.
 *
 * @throws as {@link stampPart}
 */
export async function digestPart(path: string, cache: HostFactsCache): Promise<string> {
  const stamp = await stampOf(path);
  return cache.get('digest', [path, ...stamp], v.string(), () =>
    digestFile(path, Number(stamp[0])),
  );
}

/**
 * The sha256 of a file that is as new as the run.
 *
 * @throws as {@link stampPart}
 */
export async function contentPart(path: string): Promise<string> {
  const [sizeBytes] = await stampOf(path);
  return digestFile(path, Number(sizeBytes));
}

async function stampOf(path: string): Promise<string[]> {
  const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true }).catch(
    (error: unknown) => {
      throw unreadable(path, error);
    },
  );
  return [size, mtimeNs, ctimeNs, ino].map(String);
}
