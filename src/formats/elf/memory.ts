import { ZosiaError } from '../../errors.js';
import { ElfFile } from './file.js';
import { SEGMENT_TYPE } from './layout.js';

/**
 * The memory that the segments of a program take when it is loaded.
 *
 * @param head the beginning of its file, with the program headers
 * @returns bytes; undefined when it is none, or its program headers lie elsewhere
 */
export function elfMemoryBytes(head: Uint8Array): number | undefined {
  try {
    return new ElfFile(head)
      .segments()
      .filter(({ type }) => type === SEGMENT_TYPE.load)
      .reduce((sum, { memorySize }) => sum + memorySize, 0);
  } catch (error) {
    if (error instanceof ZosiaError) return undefined;
    throw error;
  }
}
