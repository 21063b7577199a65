/**
 * The ELF structures that say what a program needs. Source: System V Application Binary Interface,
 * chapters 4 (object files) and 5 (program loading); the 64-bit forms as in elf(5).
 *
 * Only what is read is listed; offsets are from the start of the structure.
 */

export interface ElfField {
  readonly offset: number;
  /** Width in bytes. */
  readonly width: 2 | 4 | 8;
  readonly meaning: string;
}

export interface ElfStructure<Name extends string> {
  readonly sizeBytes: number;
  readonly fields: Readonly<Record<Name, ElfField>>;
}

export interface ElfLayout {
  readonly header: ElfStructure<
    | 'machine'
    | 'programHeaderOffset'
    | 'sectionHeaderOffset'
    | 'programHeaderSize'
    | 'programHeaderCount'
    | 'sectionHeaderSize'
    | 'sectionHeaderCount'
    | 'sectionNameTableIndex'
  >;
  readonly programHeader: ElfStructure<
    'type' | 'offset' | 'virtualAddress' | 'fileSize' | 'memorySize'
  >;
  readonly sectionHeader: ElfStructure<'name' | 'type' | 'offset' | 'size'>;
  readonly dynamicEntry: ElfStructure<'tag' | 'value'>;
}

/** e_ident, the same in every ELF file. */
export const IDENT = {
  magic: [0x7f, 0x45, 0x4c, 0x46],
  classOffset: 4,
  dataOffset: 5,
  sizeBytes: 16,
} as const;

export const CLASS = { elf32: 1, elf64: 2 } as const;
export const DATA = { littleEndian: 1, bigEndian: 2 } as const;

/** e_machine values with a name here. */
export const MACHINES: ReadonlyMap<number, 'x86_64' | 'aarch64'> = new Map([
  [62, 'x86_64'],
  [183, 'aarch64'],
]);

export const SEGMENT_TYPE = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;

/** What is in a note segment: headers, each followed by a name and contents that are padded to words. */
export const NOTE = {
  nameSizeOffset: 0,
  contentSizeOffset: 4,
  typeOffset: 8,
  headerBytes: 12,
  alignmentBytes: 4,
} as const;

/** Sections of this type occupy no bytes in the file. */
export const SECTION_TYPE_NOBITS = 8;

export const DYNAMIC_TAG = {
  end: 0,
  needed: 1,
  stringTable: 5,
  stringTableSize: 10,
  soname: 14,
  rpath: 15,
  runpath: 29,
} as const;

const field = (offset: number, width: 2 | 4 | 8, meaning: string): ElfField => ({
  offset,
  width,
  meaning,
});

export const ELF64: ElfLayout = {
  header: {
    sizeBytes: 64,
    fields: {
      machine: field(18, 2, 'e_machine'),
      programHeaderOffset: field(32, 8, 'e_phoff'),
      sectionHeaderOffset: field(40, 8, 'e_shoff'),
      programHeaderSize: field(54, 2, 'e_phentsize'),
      programHeaderCount: field(56, 2, 'e_phnum'),
      sectionHeaderSize: field(58, 2, 'e_shentsize'),
      sectionHeaderCount: field(60, 2, 'e_shnum'),
      sectionNameTableIndex: field(62, 2, 'e_shstrndx'),
    },
  },
  programHeader: {
    sizeBytes: 56,
    fields: {
      type: field(0, 4, 'p_type'),
      offset: field(8, 8, 'p_offset'),
      virtualAddress: field(16, 8, 'p_vaddr'),
      fileSize: field(32, 8, 'p_filesz'),
      memorySize: field(40, 8, 'p_memsz'),
    },
  },
  sectionHeader: {
    sizeBytes: 64,
    fields: {
      name: field(0, 4, 'sh_name, an offset in the name table'),
      type: field(4, 4, 'sh_type'),
      offset: field(24, 8, 'sh_offset'),
      size: field(32, 8, 'sh_size'),
    },
  },
  dynamicEntry: {
    sizeBytes: 16,
    fields: { tag: field(0, 8, 'd_tag'), value: field(8, 8, 'd_val or d_ptr') },
  },
};

export const ELF32: ElfLayout = {
  header: {
    sizeBytes: 52,
    fields: {
      machine: field(18, 2, 'e_machine'),
      programHeaderOffset: field(28, 4, 'e_phoff'),
      sectionHeaderOffset: field(32, 4, 'e_shoff'),
      programHeaderSize: field(42, 2, 'e_phentsize'),
      programHeaderCount: field(44, 2, 'e_phnum'),
      sectionHeaderSize: field(46, 2, 'e_shentsize'),
      sectionHeaderCount: field(48, 2, 'e_shnum'),
      sectionNameTableIndex: field(50, 2, 'e_shstrndx'),
    },
  },
  programHeader: {
    sizeBytes: 32,
    fields: {
      type: field(0, 4, 'p_type'),
      offset: field(4, 4, 'p_offset'),
      virtualAddress: field(8, 4, 'p_vaddr'),
      fileSize: field(16, 4, 'p_filesz'),
      memorySize: field(20, 4, 'p_memsz'),
    },
  },
  sectionHeader: {
    sizeBytes: 40,
    fields: {
      name: field(0, 4, 'sh_name, an offset in the name table'),
      type: field(4, 4, 'sh_type'),
      offset: field(16, 4, 'sh_offset'),
      size: field(20, 4, 'sh_size'),
    },
  },
  dynamicEntry: {
    sizeBytes: 8,
    fields: { tag: field(0, 4, 'd_tag'), value: field(4, 4, 'd_val or d_ptr') },
  },
};
