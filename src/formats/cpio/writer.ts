import { contentImage } from '../../image/file-data.js';
import { bytesSegment, makeImage } from '../../image/image.js';
import type { Image, Segment } from '../../image/image.js';
import { defaultMode } from '../entry.js';
import type { CpioEntry } from './entry.js';
import { encodeHeader } from './header.js';
import {
  ALIGNMENT_BYTES,
  BLOCK_BYTES,
  FILE_TYPES,
  MAX_FIELD,
  TRAILER_NAME,
  alignUp,
} from './layout.js';
import type { NewcHeader } from './layout.js';
import { checkNumber, cpioNames } from './tree.js';
import type { CpioName } from './tree.js';

export type { CpioEntry } from './entry.js';

export interface CpioOptions {
  /** Time of entries that name none, in seconds since 1970 (SOURCE_DATE_EPOCH); 0 unless given. */
  readonly epochSeconds?: number | undefined;
}

const NO_FIELDS: NewcHeader = {
  inode: 0,
  mode: 0,
  uid: 0,
  gid: 0,
  linkCount: 0,
  mtimeSeconds: 0,
  sizeBytes: 0,
  deviceMajor: 0,
  deviceMinor: 0,
  rdevMajor: 0,
  rdevMinor: 0,
  nameBytes: 0,
  checksum: 0,
};

/**
 * Plans a newc cpio archive: what the kernel unpacks as an initramfs. Entries may come in any order,
 * the bytes are the same; missing folders are added with mode 0755. File data stay where they are.
 *
 * Another archive may follow at once: the size is a whole number of 512-byte blocks.
 *
 * @throws ZosiaError `ZOSIA_CPIO_PATH`, `ZOSIA_CPIO_DUPLICATE`, `ZOSIA_CPIO_PARENT`, `ZOSIA_CPIO_LINK`,
 * `ZOSIA_CPIO_FILE_TOO_LARGE` (4 GiB and more)
 * @throws RangeError when a mode, owner, time or device number does not fit
 */
export function planCpio(entries: readonly CpioEntry[], options: CpioOptions = {}): Image {
  const { epochSeconds = 0 } = options;
  checkNumber('archive', 'epochSeconds', epochSeconds, MAX_FIELD);
  const segments: Segment[] = [];
  let position = 0;

  const addMember = (
    name: string,
    fields: Partial<NewcHeader>,
    label: string,
    data: Image | undefined,
  ): void => {
    const sizeBytes = data?.sizeBytes ?? 0;
    const header = headerAndName(name, { ...fields, sizeBytes });
    segments.push(bytesSegment(position, header, `header of ${label}`));
    position = alignUp(position + header.length, ALIGNMENT_BYTES);
    if (data && sizeBytes > 0) segments.push(dataSegment(position, data, label));
    position = alignUp(position + sizeBytes, ALIGNMENT_BYTES);
  };

  for (const name of cpioNames(entries)) {
    addMember(storedName(name.path), fieldsOf(name, epochSeconds), name.path, dataOf(name));
  }
  addMember(TRAILER_NAME, { linkCount: 1 }, 'trailer', undefined);
  return makeImage(alignUp(position, BLOCK_BYTES), segments);
}

/** Names are relative to wherever the archive is unpacked; the root itself is the current folder. */
function storedName(path: string): string {
  return path === '/' ? '.' : path.slice(1);
}

function headerAndName(name: string, fields: Partial<NewcHeader>): Uint8Array {
  const nameBytes = new TextEncoder().encode(`${name}\0`);
  const header = encodeHeader({ ...NO_FIELDS, ...fields, nameBytes: nameBytes.length });
  const bytes = new Uint8Array(header.length + nameBytes.length);
  bytes.set(header);
  bytes.set(nameBytes, header.length);
  return bytes;
}

function fieldsOf(name: CpioName, epochSeconds: number): Partial<NewcHeader> {
  const { entry, inode, linkCount } = name;
  const isDevice = entry.type === 'character-device' || entry.type === 'block-device';
  return {
    inode,
    mode: FILE_TYPES[entry.type] | (entry.mode ?? defaultMode(entry.type)),
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
    // A folder is its own "." as well, as everywhere in Unix.
    linkCount: entry.type === 'directory' ? 2 : linkCount,
    mtimeSeconds: entry.mtime?.seconds ?? epochSeconds,
    ...(isDevice ? { rdevMajor: entry.major, rdevMinor: entry.minor } : {}),
  };
}

function dataOf({ entry, carriesData }: CpioName): Image | undefined {
  if (entry.type === 'symlink') return contentImage(entry.target);
  return entry.type === 'file' && carriesData ? entry.data : undefined;
}

function dataSegment(offset: number, data: Image, label: string): Segment {
  return {
    offset,
    length: data.sizeBytes,
    source: { kind: 'image', image: data, offset: 0 },
    label,
  };
}
