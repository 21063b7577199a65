import type { RandomAccess } from '../../../image/random-access.js';
import { FAT_TYPE_FACTS, FIRST_CLUSTER } from '../layout/table.js';
import { readEntry } from '../table.js';
import type { FatBootSector } from './boot-sector.js';

/** Entries of whole bytes, whatever their width. */
const PAGE_ENTRIES = 8192;
const MAX_PAGES = 16;

/** A FAT, read as it is needed; the pages used last are kept. */
export class FatTable {
  readonly entryCount: number;
  readonly #pages = new Map<number, Uint8Array>();
  readonly #offset: number;

  /** @param index which of the FATs, from 0; default: the one that counts */
  constructor(
    private readonly source: RandomAccess,
    readonly bootSector: FatBootSector,
    index = bootSector.activeFat,
  ) {
    const { clusterCount, fatOffset, fatSectorCount, sectorBytes } = bootSector;
    this.entryCount = clusterCount + FIRST_CLUSTER;
    this.#offset = fatOffset + index * fatSectorCount * sectorBytes;
  }

  /** An entry, if it is in memory. */
  cached(index: number): number | undefined {
    const page = this.#pages.get(Math.floor(index / PAGE_ENTRIES));
    return page && readEntry(this.bootSector.type, page, index % PAGE_ENTRIES);
  }

  /** An entry below `entryCount`. */
  async entry(index: number): Promise<number> {
    const pageIndex = Math.floor(index / PAGE_ENTRIES);
    const page = this.#pages.get(pageIndex) ?? (await this.#load(pageIndex));
    return readEntry(this.bootSector.type, page, index % PAGE_ENTRIES);
  }

  async #load(pageIndex: number): Promise<Uint8Array> {
    const { entryBits } = FAT_TYPE_FACTS[this.bootSector.type];
    const first = pageIndex * PAGE_ENTRIES;
    const count = Math.min(PAGE_ENTRIES, this.entryCount - first);
    const page = await this.source.read(
      this.#offset + (first * entryBits) / 8,
      Math.ceil((count * entryBits) / 8),
    );
    const [oldest] = this.#pages.keys();
    if (oldest !== undefined && this.#pages.size >= MAX_PAGES) this.#pages.delete(oldest);
    this.#pages.set(pageIndex, page);
    return page;
  }
}
