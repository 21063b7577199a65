/**
 * Makes small ELF files by writing the structures of elf.h member after member, so that the offsets the
 * reader uses are checked against their order and widths and not against themselves.
 */

export interface ElfRecipe {
  readonly class?: 32 | 64;
  readonly bigEndian?: boolean;
  readonly machine?: number;
  readonly interpreter?: string;
  /** Dynamic entries; strings go to the string table and their offset into the entry. */
  readonly dynamic?: readonly (readonly [tag: number, value: string | number])[];
  /** In a note segment: who defined the type, the type, and what the note says. */
  readonly notes?: readonly (readonly [name: string, type: number, contents: Uint8Array])[];
  readonly sections?: readonly (readonly [name: string, bytes: Uint8Array])[];
}

export const DT = { needed: 1, soname: 14, rpath: 15, runpath: 29 } as const;

/** Where the first loadable segment is mapped; not 0, so that addresses and offsets differ. */
const BASE = 0x10000;

/** How much larger segments are in memory than in the file: telling the two apart matters. */
const MEMORY_ONLY_BYTES = 4096;

class Writer {
  private readonly parts: number[] = [];

  constructor(
    private readonly bits: 32 | 64,
    private readonly bigEndian: boolean,
  ) {}

  get length(): number {
    return this.parts.length;
  }

  bytes(bytes: Iterable<number>): this {
    this.parts.push(...bytes);
    return this;
  }

  half(value: number): this {
    return this.number(value, 2);
  }

  word(value: number): this {
    return this.number(value, 4);
  }

  /** An address, offset or size: as wide as the class. */
  wide(value: number): this {
    return this.number(value, this.bits / 8);
  }

  done(): Uint8Array {
    return Uint8Array.from(this.parts);
  }

  private number(value: number, width: number): this {
    const digits = Array.from({ length: width }, (_, index) =>
      Number((BigInt(value) >> BigInt(8 * index)) & 0xffn),
    );
    return this.bytes(this.bigEndian ? digits.reverse() : digits);
  }
}

const text = (value: string): Uint8Array => new TextEncoder().encode(`${value}\0`);

const padded = (bytes: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
};

export function buildElf(recipe: ElfRecipe): Uint8Array {
  const { class: bits = 64, bigEndian = false, machine = 183 } = recipe;
  const { interpreter, dynamic = [], notes, sections = [] } = recipe;
  const writer = (): Writer => new Writer(bits, bigEndian);
  const headerBytes = bits === 64 ? 64 : 52;
  const programHeaderBytes = bits === 64 ? 56 : 32;
  const sectionHeaderBytes = bits === 64 ? 64 : 40;

  const strings = [0];
  const entries = dynamic.map(([tag, value]) => {
    if (typeof value === 'number') return [tag, value] as const;
    const offset = strings.length;
    strings.push(...text(value));
    return [tag, offset] as const;
  });

  const segmentCount =
    (interpreter === undefined ? 0 : 1) + (dynamic.length > 0 ? 2 : 0) + (notes ? 1 : 0);
  const bodyStart = headerBytes + segmentCount * programHeaderBytes;
  const body = writer();
  const place = (bytes: Uint8Array): { offset: number; size: number } => {
    const offset = bodyStart + body.length;
    body.bytes(bytes);
    return { offset, size: bytes.length };
  };

  const interpreterAt = interpreter === undefined ? undefined : place(text(interpreter));
  const stringsAt = place(Uint8Array.from(strings));
  const table = writer();
  for (const [tag, value] of entries) table.wide(tag).wide(value);
  table.wide(5).wide(BASE + stringsAt.offset); // DT_STRTAB
  table.wide(10).wide(stringsAt.size); // DT_STRSZ
  table.wide(0).wide(0); // DT_NULL
  table.wide(DT.needed).wide(1); // beyond the end: must not be seen
  const dynamicAt = place(table.done());

  const noteBytes = writer();
  for (const [name, type, contents] of notes ?? []) {
    noteBytes
      .word(name.length + 1)
      .word(contents.length)
      .word(type);
    noteBytes.bytes(padded(text(name))).bytes(padded(contents));
  }
  const notesAt = notes && place(noteBytes.done());

  const names = [0];
  const placed = sections.map(([name, bytes]) => {
    const nameOffset = names.length;
    names.push(...text(name));
    return { nameOffset, ...place(bytes) };
  });
  const namesAt = place(Uint8Array.from(names));
  const sectionTable = bodyStart + body.length;

  const file = writer();
  file.bytes([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, bigEndian ? 2 : 1, 1]);
  file.bytes(new Uint8Array(9));
  file.half(3).half(machine).word(1); // e_type, e_machine, e_version
  file
    .wide(0)
    .wide(headerBytes)
    .wide(sections.length > 0 ? sectionTable : 0); // entry, phoff, shoff
  file.word(0).half(headerBytes); // e_flags, e_ehsize
  file.half(programHeaderBytes).half(segmentCount);
  file.half(sectionHeaderBytes).half(sections.length > 0 ? sections.length + 2 : 0);
  file.half(sections.length > 0 ? sections.length + 1 : 0); // e_shstrndx

  const programHeader = (type: number, offset: number, size: number): void => {
    file.word(type);
    if (bits === 64) file.word(4); // p_flags
    file
      .wide(offset)
      .wide(BASE + offset)
      .wide(0)
      .wide(size)
      .wide(size + MEMORY_ONLY_BYTES);
    if (bits === 32) file.word(4);
    file.wide(1); // p_align
  };
  if (interpreterAt) programHeader(3, interpreterAt.offset, interpreterAt.size);
  if (dynamic.length > 0) {
    programHeader(1, 0, sectionTable);
    programHeader(2, dynamicAt.offset, dynamicAt.size);
  }
  if (notesAt) programHeader(4, notesAt.offset, notesAt.size);
  file.bytes(body.done());

  const sectionHeader = (name: number, type: number, offset: number, size: number): void => {
    file.word(name).word(type).wide(0).wide(0).wide(offset).wide(size);
    file.word(0).word(0).wide(1).wide(0); // sh_link, sh_info, sh_addralign, sh_entsize
  };
  if (sections.length > 0) {
    sectionHeader(0, 0, 0, 0);
    for (const { nameOffset, offset, size } of placed) sectionHeader(nameOffset, 1, offset, size);
    sectionHeader(0, 3, namesAt.offset, namesAt.size);
  }
  return file.done();
}
