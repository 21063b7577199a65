import type { Findings } from '../../findings.js';
import { crc32 } from '../../gpt/crc32.js';
import { FILE_TYPES, FILE_TYPE_MASK } from '../layout.js';
import type { NewcHeader } from '../layout.js';
import type { StoredMember } from '../observer.js';

/** The names of one file within an archive. */
interface Links {
  readonly path: string;
  readonly header: NewcHeader;
  nameCount: number;
  /** Of the first name that came with data. */
  data: Data | undefined;
}

interface Data {
  readonly path: string;
  readonly length: number;
  crc: number;
}

/**
 * Checks members that are names of one file: those with two links and more, and the same inode, device and
 * file type. The data should come with one of them: of several the kernel keeps the last, GNU cpio the first.
 */
export class LinkCheck {
  readonly #links = new Map<string, Links>();
  /** The data that are being read, if they are a linked file's. */
  #reading: { readonly links: Links; readonly data: Data } | undefined;

  constructor(private readonly findings: Findings) {}

  member({ header, path }: StoredMember): void {
    const type = header.mode & FILE_TYPE_MASK;
    const isLinked = header.linkCount >= 2 && type !== FILE_TYPES.directory;
    if (!isLinked || type === FILE_TYPES.symlink || type === 0) return;
    const { inode, deviceMajor, deviceMinor } = header;
    const key = `${inode}:${deviceMajor}:${deviceMinor}:${type}`;
    const links = this.#links.get(key) ?? { path, header, nameCount: 0, data: undefined };
    this.#links.set(key, links);
    links.nameCount++;
    if (!haveSameAttributes(header, links.header)) {
      const message = `mode, owner or device are not those of ${links.path}, which is the same file`;
      this.findings.warn('link-attributes', path, message);
    }
    if (header.sizeBytes > 0) {
      this.#reading = { links, data: { path, length: header.sizeBytes, crc: 0 } };
    }
  }

  data(bytes: Uint8Array): void {
    if (this.#reading) this.#reading.data.crc = crc32(bytes, this.#reading.data.crc);
  }

  end(): void {
    if (!this.#reading) return;
    const { links, data } = this.#reading;
    this.#reading = undefined;
    links.data ??= data;
    if (links.data === data) return;
    const isSame = links.data.length === data.length && links.data.crc === data.crc;
    const other = links.data.path;
    if (isSame) {
      this.findings.warn('link-data-twice', data.path, `its data came with ${other} already`);
    } else {
      const message = `other data than ${other} came with, which is the same file: the last count`;
      this.findings.add('link-data', data.path, message);
    }
  }

  /** At the end of an archive, where inode numbers begin anew. */
  endArchive(): void {
    for (const { path, header, nameCount } of this.#links.values()) {
      if (nameCount === header.linkCount) continue;
      const message = `a file of ${header.linkCount} names, of which the archive has ${nameCount}`;
      this.findings.warn('link-count', path, message);
    }
    this.#links.clear();
    this.#reading = undefined;
  }
}

function haveSameAttributes(a: NewcHeader, b: NewcHeader): boolean {
  const names = ['mode', 'uid', 'gid', 'linkCount', 'rdevMajor', 'rdevMinor'] as const;
  return names.every((name) => a[name] === b[name]);
}
