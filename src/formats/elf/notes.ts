import { ElfFile, invalid } from './file.js';
import { NOTE, SEGMENT_TYPE } from './layout.js';

/** A note of a program, without its contents. */
export interface ElfNote {
  /** Who defined the type: `GNU`, `Xen`. */
  readonly name: string;
  readonly type: number;
}

/** Far more than any program has. */
const MAX_NOTES = 1024;

/**
 * The notes of a little-endian program, from its note segments (System V ABI, chapter 5, "Note Section").
 *
 * @throws ZosiaError `ZOSIA_ELF_INVALID`
 */
export function elfNotes(bytes: Uint8Array): ElfNote[] {
  const file = new ElfFile(bytes);
  const notes: ElfNote[] = [];
  for (const { type, offset, fileSize } of file.segments()) {
    if (type !== SEGMENT_TYPE.note) continue;
    for (const note of notesOf(file.slice(offset, fileSize))) {
      if (notes.push(note) > MAX_NOTES) throw invalid(`more than ${MAX_NOTES} notes`);
    }
  }
  return notes;
}

function* notesOf(segment: Uint8Array): Generator<ElfNote> {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  for (let at = 0; at + NOTE.headerBytes <= segment.length;) {
    const nameBytes = view.getUint32(at + NOTE.nameSizeOffset, true);
    const contentBytes = view.getUint32(at + NOTE.contentSizeOffset, true);
    const start = at + NOTE.headerBytes;
    const end = start + aligned(nameBytes) + aligned(contentBytes);
    if (end > aligned(segment.length)) throw invalid('a note that its segment cuts short');
    const name = segment.subarray(start, start + Math.max(0, nameBytes - 1));
    yield {
      name: new TextDecoder().decode(name),
      type: view.getUint32(at + NOTE.typeOffset, true),
    };
    at = end;
  }
}

const aligned = (length: number): number =>
  Math.ceil(length / NOTE.alignmentBytes) * NOTE.alignmentBytes;
