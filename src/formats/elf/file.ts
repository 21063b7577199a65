import { ZosiaError } from '../../errors.js';
import { CLASS, DATA, ELF32, ELF64, IDENT } from './layout.js';
import type { ElfLayout, ElfStructure } from './layout.js';

/** The values of a structure's fields. */
export type ElfValues<Name extends string> = Readonly<Record<Name, number>>;

/** Longest string believed: paths and library names are shorter (PATH_MAX). */
const MAX_STRING_BYTES = 4096;

/** Checked access to the structures of an ELF file in memory. */
export class ElfFile {
  readonly layout: ElfLayout;
  readonly class: 32 | 64;
  readonly header: ElfValues<keyof ElfLayout['header']['fields']>;
  private readonly view: DataView;
  private readonly littleEndian: boolean;

  /** @throws ZosiaError `ZOSIA_ELF_INVALID` unless these are the bytes of an ELF file */
  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (IDENT.magic.some((byte, index) => bytes[index] !== byte)) throw invalid('not an ELF file');
    const elfClass = bytes[IDENT.classOffset];
    const data = bytes[IDENT.dataOffset];
    if (elfClass !== CLASS.elf32 && elfClass !== CLASS.elf64) throw invalid('unknown class');
    if (data !== DATA.littleEndian && data !== DATA.bigEndian) throw invalid('unknown byte order');
    this.class = elfClass === CLASS.elf64 ? 64 : 32;
    this.layout = this.class === 64 ? ELF64 : ELF32;
    this.littleEndian = data === DATA.littleEndian;
    this.header = this.values(this.layout.header, 0);
  }

  /** A table of `count` structures, each in `stride` bytes from `offset` on. */
  table<Name extends string>(
    structure: ElfStructure<Name>,
    offset: number,
    count: number,
    stride: number,
  ): ElfValues<Name>[] {
    if (count === 0) return [];
    if (stride < structure.sizeBytes) throw invalid(`table entries of ${stride} bytes`);
    this.slice(offset, count * stride);
    return Array.from({ length: count }, (_, index) =>
      this.values(structure, offset + index * stride),
    );
  }

  /** What is to be loaded, and what the loader is told. */
  segments(): ElfValues<keyof ElfLayout['programHeader']['fields']>[] {
    const { programHeaderOffset, programHeaderCount, programHeaderSize } = this.header;
    const { programHeader } = this.layout;
    return this.table(programHeader, programHeaderOffset, programHeaderCount, programHeaderSize);
  }

  /** `length` bytes from `offset` on. */
  slice(offset: number, length: number): Uint8Array {
    if (offset + length > this.bytes.length) {
      throw invalid(`${length} bytes at ${offset} lie outside the file`);
    }
    return this.bytes.subarray(offset, offset + length);
  }

  private values<Name extends string>(
    structure: ElfStructure<Name>,
    offset: number,
  ): ElfValues<Name> {
    this.slice(offset, structure.sizeBytes);
    const names = Object.keys(structure.fields) as Name[];
    const entries = names.map((name) => {
      const field = structure.fields[name];
      return [name, this.number(offset + field.offset, field.width)] as const;
    });
    return Object.fromEntries(entries) as ElfValues<Name>;
  }

  /** Numbers past 2^53 lose their low bits, and are refused as out of the file wherever they are used. */
  private number(offset: number, width: 2 | 4 | 8): number {
    switch (width) {
      case 2:
        return this.view.getUint16(offset, this.littleEndian);
      case 4:
        return this.view.getUint32(offset, this.littleEndian);
      case 8:
        return Number(this.view.getBigUint64(offset, this.littleEndian));
    }
  }
}

/** The string that starts at `offset` of a string table and ends with NUL. */
export function tableString(table: Uint8Array, offset: number): string {
  const rest = table.subarray(Math.min(offset, table.length), offset + MAX_STRING_BYTES);
  const length = rest.indexOf(0);
  if (length < 0) throw invalid(`no string at ${offset} of its table`);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(rest.subarray(0, length));
}

export function invalid(detail: string): ZosiaError {
  return new ZosiaError('ZOSIA_ELF_INVALID', `no intact ELF file: ${detail}`, {
    hint: 'Fetch the file again; it should be a Linux program, library or kernel module.',
  });
}
