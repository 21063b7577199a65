import { ElfFile, invalid, tableString } from './file.js';
import type { ElfValues } from './file.js';
import { DYNAMIC_TAG, MACHINES, SECTION_TYPE_NOBITS, SEGMENT_TYPE } from './layout.js';
import type { ElfLayout } from './layout.js';

/** What the dynamic loader is told by a program or library. */
export interface ElfInfo {
  readonly machine: 'aarch64' | 'x86_64' | number;
  /** Address width in bits. */
  readonly class: 32 | 64;
  /** Path of the dynamic loader; absent in libraries and static programs. */
  readonly interpreter?: string | undefined;
  /** Names of the libraries it needs, in the file's order (DT_NEEDED). */
  readonly needed: readonly string[];
  /** Name under which others need it (DT_SONAME). */
  readonly soname?: string | undefined;
  /** Folders searched first: DT_RUNPATH, or the older DT_RPATH in a file without it. */
  readonly runpath: readonly string[];
}

type ProgramHeader = ElfValues<keyof ElfLayout['programHeader']['fields']>;
type DynamicEntry = ElfValues<keyof ElfLayout['dynamicEntry']['fields']>;

/** Far more than any program has; keeps a hostile file from making one string of it many times over. */
const MAX_NEEDED = 4096;

/**
 * Reads what a program or library needs, from its program headers as the dynamic loader does: section
 * headers may be stripped or lie.
 *
 * @throws ZosiaError `ZOSIA_ELF_INVALID`
 */
export function readElf(bytes: Uint8Array): ElfInfo {
  const file = new ElfFile(bytes);
  const { header } = file;
  const segments = file.segments();
  const interpreter = segments.find(({ type }) => type === SEGMENT_TYPE.interpreter);
  const entries = dynamicEntries(file, segments);
  const strings = new DynamicStrings(file, segments, entries);
  const soname = strings.of(DYNAMIC_TAG.soname)[0];
  const runpath = strings.of(DYNAMIC_TAG.runpath)[0] ?? strings.of(DYNAMIC_TAG.rpath)[0] ?? '';
  return {
    machine: MACHINES.get(header.machine) ?? header.machine,
    class: file.class,
    interpreter:
      interpreter && tableString(file.slice(interpreter.offset, interpreter.fileSize), 0),
    needed: strings.of(DYNAMIC_TAG.needed),
    soname,
    runpath: runpath.split(':').filter((folder) => folder !== ''),
  };
}

/**
 * The bytes of the first section with this name, or undefined when there is none.
 *
 * @throws ZosiaError `ZOSIA_ELF_INVALID`
 */
export function readElfSection(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const file = new ElfFile(bytes);
  const { header, layout } = file;
  const sections = file.table(
    layout.sectionHeader,
    header.sectionHeaderOffset,
    header.sectionHeaderCount,
    header.sectionHeaderSize,
  );
  if (sections.length === 0) return undefined;
  const nameTable = sections[header.sectionNameTableIndex];
  if (!nameTable) throw invalid('no section names');
  const names = file.slice(nameTable.offset, nameTable.size);
  const section = sections.find(
    (candidate) =>
      candidate.type !== SECTION_TYPE_NOBITS && tableString(names, candidate.name) === name,
  );
  return section && file.slice(section.offset, section.size);
}

function dynamicEntries(file: ElfFile, segments: readonly ProgramHeader[]): DynamicEntry[] {
  const dynamic = segments.find(({ type }) => type === SEGMENT_TYPE.dynamic);
  if (!dynamic) return [];
  const { dynamicEntry } = file.layout;
  const count = Math.floor(dynamic.fileSize / dynamicEntry.sizeBytes);
  const entries = file.table(dynamicEntry, dynamic.offset, count, dynamicEntry.sizeBytes);
  const end = entries.findIndex(({ tag }) => tag === DYNAMIC_TAG.end);
  return end < 0 ? entries : entries.slice(0, end);
}

/** The strings that dynamic entries refer to. */
class DynamicStrings {
  private readonly table: Uint8Array;

  constructor(
    file: ElfFile,
    segments: readonly ProgramHeader[],
    private readonly entries: readonly DynamicEntry[],
  ) {
    const address = this.value(DYNAMIC_TAG.stringTable);
    const sizeBytes = this.value(DYNAMIC_TAG.stringTableSize) ?? 0;
    this.table =
      address === undefined
        ? new Uint8Array(0)
        : file.slice(fileOffset(segments, address, sizeBytes), sizeBytes);
  }

  of(tag: number): string[] {
    const offsets = this.entries.filter((entry) => entry.tag === tag);
    if (offsets.length > MAX_NEEDED) throw invalid(`${offsets.length} dynamic entries of one kind`);
    return offsets.map(({ value }) => tableString(this.table, value));
  }

  private value(tag: number): number | undefined {
    return this.entries.find((entry) => entry.tag === tag)?.value;
  }
}

/** Where in the file lies what is loaded at `address`. */
function fileOffset(segments: readonly ProgramHeader[], address: number, length: number): number {
  const segment = segments.find(
    ({ type, virtualAddress, fileSize }) =>
      type === SEGMENT_TYPE.load &&
      address >= virtualAddress &&
      address + length <= virtualAddress + fileSize,
  );
  if (!segment) throw invalid('its dynamic strings are not loaded');
  return segment.offset + (address - segment.virtualAddress);
}
