import { MAGIC } from './layout.js';
import type { RandomAccess } from '../../image/random-access.js';

/** Whether the bytes start as a GGUF does (GGUF specification, "File structure"). */
export async function isGguf(source: RandomAccess): Promise<boolean> {
  if (source.sizeBytes < MAGIC.length) return false;
  return Buffer.from(await source.read(0, MAGIC.length)).toString('latin1') === MAGIC;
}
