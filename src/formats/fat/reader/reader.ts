import { ZosiaError } from '../../../errors.js';
import type { Closable } from '../../../image/closable.js';
import { closeAccess } from '../../../image/random-access.js';
import type { RandomAccess } from '../../../image/random-access.js';
import { quote } from '../names.js';
import type { FatBootSector } from './boot-sector.js';
import { contentRanges, openContent } from './content.js';
import type { FatRange } from './content.js';
import { isLabelEntry, parseEntries, labelOrNone, labelText } from './entries.js';
import { listDirectory } from './listing.js';
import { resolvePath } from './path.js';
import { ROOT_STAT } from './stat.js';
import type { FatNamed, FatStat } from './stat.js';
import { openVolume, readDirectory } from './volume.js';
import type { Volume } from './volume.js';
import { walkTree } from './walk.js';
import type { FatWalked } from './walk.js';

export type { FatBootSector } from './boot-sector.js';
export type { FatRange } from './content.js';
export type { FatNamed, FatStat } from './stat.js';
export type { FatWalked } from './walk.js';

/** A file on the volume: a path from its root, or what `stat`, `list` or `walk` gave for it. */
export type FatTarget = string | FatStat;

/**
 * Opens a FAT12, FAT16 or FAT32 volume for reading.
 *
 * @throws ZosiaError `ZOSIA_NOT_FAT`, `ZOSIA_FAT_CORRUPT`
 */
export async function openFat(source: RandomAccess): Promise<FatReader> {
  return new FatReader(await openVolume(source));
}

/**
 * Reads a volume. Every method that takes a path follows it as `resolvePath` does and throws ZosiaError
 * `ZOSIA_FAT_NO_SUCH_PATH`, and, when it meets damage, `ZOSIA_FAT_CORRUPT`.
 */
export class FatReader implements Closable {
  readonly #volume: Volume;

  constructor(volume: Volume) {
    this.#volume = volume;
  }

  /** Closes what it was opened on, if that is a file. */
  async close(): Promise<void> {
    await closeAccess(this.#volume.source);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get bootSector(): FatBootSector {
    return this.#volume.bootSector;
  }

  /** The label that the root directory has, else that of the boot sector; empty: none. */
  async label(): Promise<string> {
    const bytes = await readDirectory(this.#volume, ROOT_STAT, '/');
    const { entries } = parseEntries(bytes, this.bootSector.type);
    const entry = entries.find(isLabelEntry);
    return entry ? labelOrNone(labelText(entry.shortBytes)) : this.bootSector.label;
  }

  async stat(target: FatTarget): Promise<FatStat> {
    return typeof target === 'string' ? resolvePath(this.#volume, target) : target;
  }

  /**
   * The names in a directory, in the order in which they lie there, without `.`, `..` and labels.
   *
   * @throws ZosiaError `ZOSIA_FAT_NOT_A_DIRECTORY`
   */
  async list(target: FatTarget): Promise<FatNamed[]> {
    const stat = await this.stat(target);
    const where = describe(target);
    if (stat.type !== 'directory') {
      throw new ZosiaError('ZOSIA_FAT_NOT_A_DIRECTORY', `${where} is a file`, {
        hint: 'See what it is with `zosia ls IMAGE`.',
      });
    }
    return listDirectory(this.#volume, stat, where);
  }

  /**
   * The content of a file, to be read at any place.
   *
   * @throws ZosiaError `ZOSIA_FAT_NOT_A_FILE`
   */
  async open(target: FatTarget): Promise<RandomAccess> {
    return openContent(this.#volume, await this.#file(target), describe(target));
  }

  /**
   * Where the content of a file lies, in order.
   *
   * @throws ZosiaError `ZOSIA_FAT_NOT_A_FILE`
   */
  async ranges(target: FatTarget): Promise<FatRange[]> {
    return contentRanges(this.#volume, await this.#file(target), describe(target));
  }

  /** Every path, parents before their children, the root first. */
  walk(): AsyncGenerator<FatWalked, void, undefined> {
    return walkTree(this.#volume);
  }

  async #file(target: FatTarget): Promise<FatStat> {
    const stat = await this.stat(target);
    if (stat.type === 'file') return stat;
    throw new ZosiaError('ZOSIA_FAT_NOT_A_FILE', `${describe(target)} is a directory`, {
      hint: 'See what is in it with `zosia ls IMAGE`.',
    });
  }
}

function describe(target: FatTarget): string {
  if (typeof target === 'string') return quote(target);
  return target.isRoot ? '/' : quote(target.shortName);
}
