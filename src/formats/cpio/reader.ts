import { ZosiaError } from '../../errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import { memberPath } from '../member-path.js';
import { decodeHeader } from './header.js';
import {
  ALIGNMENT_BYTES,
  FILE_TYPES,
  FILE_TYPE_MASK,
  HEADER_BYTES,
  MAX_NAME_BYTES,
  MAX_TARGET_BYTES,
  PERMISSION_MASK,
  TRAILER_NAME,
  alignUp,
} from './layout.js';
import type { NewcHeader } from './layout.js';

export interface CpioMemberAttributes {
  /** Normalised, absolute: `/etc/hostname`. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  /** Files of one archive with the same inode number are one file; its last name has the data. */
  readonly inode: number;
  readonly linkCount: number;
  /** Which archive of several it lies in, from 0. Inode numbers of different ones are unrelated. */
  readonly archive: number;
  /** Where its data start in the source, in bytes. */
  readonly offset: number;
  readonly sizeBytes: number;
}

export type CpioMemberContent =
  | { readonly type: 'file' | 'directory' | 'fifo' | 'socket' }
  | { readonly type: 'symlink'; readonly target: string }
  | {
      readonly type: 'device';
      readonly device: 'character' | 'block';
      readonly major: number;
      readonly minor: number;
    };

export type CpioMember = CpioMemberAttributes & CpioMemberContent;

const ZERO_SCAN_BYTES = 64 * 1024;

/**
 * Reads newc archives, one or several with zeros between them, as the kernel's initramfs unpacker does.
 * Only headers, names and link targets are read; memory does not grow with the archive.
 *
 * @throws ZosiaError `ZOSIA_CPIO_CORRUPT`: also for names that climb out (`..`) and archives cut short
 */
export async function* readCpio(source: RandomAccess): AsyncGenerator<CpioMember, void, undefined> {
  for (let archive = 0, position = 0; ; archive++) {
    position = await skipZeros(source, position);
    if (position === source.sizeBytes) {
      if (archive === 0) throw corrupt(0, 'nothing in it');
      return;
    }
    for (;;) {
      const { header, name, dataOffset } = await readHeader(source, position);
      position = alignUp(dataOffset + header.sizeBytes, ALIGNMENT_BYTES);
      if (name === TRAILER_NAME) break;
      const content = await memberContent(source, header, dataOffset);
      yield { ...attributes(header, name, dataOffset, archive), ...content };
    }
    // The last archive may lack the padding after its trailer.
    position = Math.min(position, source.sizeBytes);
  }
}

async function skipZeros(source: RandomAccess, start: number): Promise<number> {
  for (let position = start; position < source.sizeBytes;) {
    const length = Math.min(ZERO_SCAN_BYTES, source.sizeBytes - position);
    const bytes = await source.read(position, length);
    const index = bytes.findIndex((byte) => byte !== 0);
    if (index >= 0) return position + index;
    position += length;
  }
  return source.sizeBytes;
}

interface LocatedHeader {
  readonly header: NewcHeader;
  readonly name: string;
  readonly dataOffset: number;
}

async function readHeader(source: RandomAccess, position: number): Promise<LocatedHeader> {
  if (position % ALIGNMENT_BYTES !== 0) throw corrupt(position, 'header not on a 4-byte boundary');
  const nameOffset = position + HEADER_BYTES;
  if (nameOffset > source.sizeBytes) throw corrupt(position, 'cut short before its trailer');
  const header = decodeHeader(await source.read(position, HEADER_BYTES));
  if (header === undefined) throw corrupt(position, 'no newc header');

  const { nameBytes, sizeBytes } = header;
  if (nameBytes < 2 || nameBytes > MAX_NAME_BYTES) {
    throw corrupt(position, `name of ${nameBytes} bytes`);
  }
  if (nameOffset + nameBytes > source.sizeBytes) throw corrupt(position, 'name cut short');
  const stored = await source.read(nameOffset, nameBytes);
  if (stored.indexOf(0) !== nameBytes - 1) throw corrupt(position, 'name not ended by NUL');

  const dataOffset = alignUp(nameOffset + nameBytes, ALIGNMENT_BYTES);
  if (dataOffset + sizeBytes > source.sizeBytes && sizeBytes > 0) {
    throw corrupt(position, 'data cut short');
  }
  return { header, name: decodeText(stored.subarray(0, -1)), dataOffset };
}

function attributes(
  header: NewcHeader,
  name: string,
  offset: number,
  archive: number,
): CpioMemberAttributes {
  const path = memberPath(name);
  if (path === undefined) throw corrupt(offset, `member name ${JSON.stringify(name)}`);
  const { mode, uid, gid, mtimeSeconds, inode, linkCount, sizeBytes } = header;
  return {
    path,
    mode: mode & PERMISSION_MASK,
    uid,
    gid,
    mtimeSeconds,
    inode,
    linkCount,
    archive,
    offset,
    sizeBytes,
  };
}

async function memberContent(
  source: RandomAccess,
  header: NewcHeader,
  dataOffset: number,
): Promise<CpioMemberContent> {
  const { mode, sizeBytes, rdevMajor: major, rdevMinor: minor } = header;
  switch (mode & FILE_TYPE_MASK) {
    case FILE_TYPES.file:
      return { type: 'file' };
    case FILE_TYPES.directory:
      return { type: 'directory' };
    case FILE_TYPES.fifo:
      return { type: 'fifo' };
    case FILE_TYPES.socket:
      return { type: 'socket' };
    case FILE_TYPES.character:
      return { type: 'device', device: 'character', major, minor };
    case FILE_TYPES.block:
      return { type: 'device', device: 'block', major, minor };
    case FILE_TYPES.symlink:
      if (sizeBytes === 0 || sizeBytes > MAX_TARGET_BYTES) {
        throw corrupt(dataOffset, `link target of ${sizeBytes} bytes`);
      }
      return { type: 'symlink', target: decodeText(await source.read(dataOffset, sizeBytes)) };
    default:
      throw corrupt(dataOffset, `mode ${mode.toString(8)} is of no known file type`);
  }
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

function corrupt(offset: number, detail: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_CPIO_CORRUPT',
    `no intact newc cpio archive at ${offset}: ${detail}`,
    {
      hint: 'Unpack it first if it is compressed; build it again if it is damaged.',
    },
  );
}
