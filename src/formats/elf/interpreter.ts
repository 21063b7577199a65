import { Buffer } from 'buffer';
import { ElfFile, invalid } from './file.js';
import { SEGMENT_TYPE } from './layout.js';

/**
 * A program that is started by another dynamic loader: the path is written over the one that it has, in
 * which there must be room for it.
 *
 * @returns a copy, of the same size
 * @throws ZosiaError `ZOSIA_ELF_INVALID`, also where the program has no loader, or too little room
 */
export function withInterpreter(program: Uint8Array, path: string): Uint8Array {
  const file = new ElfFile(program);
  const segment = file.segments().find(({ type }) => type === SEGMENT_TYPE.interpreter);
  if (!segment) throw invalid('it names no dynamic loader');
  const text = Buffer.from(`${path}\0`);
  file.slice(segment.offset, segment.fileSize);
  if (text.length > segment.fileSize) throw invalid(`it has no room for the loader ${path}`);
  const copy = Uint8Array.from(program);
  copy.fill(0, segment.offset, segment.offset + segment.fileSize);
  copy.set(text, segment.offset);
  return copy;
}
