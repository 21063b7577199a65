import { Buffer } from 'buffer';
import { byteStringBytes } from '../byte-string.js';
import type { ByteString } from '../byte-string.js';
import { escapeName } from '../escaped-name.js';
import { corrupt } from './corrupt.js';
import { decodeHeader } from './header.js';
import {
  ALIGNMENT_BYTES,
  CRC_MAGIC,
  FILE_TYPES,
  FILE_TYPE_MASK,
  HEADER_BYTES,
  MAGIC_LENGTH,
  MAX_NAME_BYTES,
  MAX_TARGET_DATA_BYTES,
  NEWC_MAGIC,
  ODC_MAGIC,
  PERMISSION_MASK,
  TRAILER_NAME,
  alignUp,
} from './layout.js';
import type { NewcHeader } from './layout.js';
import type { CpioMember, CpioPart } from './member.js';
import type { ByteStream } from './stream.js';

/** What goes on from one part of an initramfs to the next. */
export interface ArchiveState {
  /** Trailers so far. */
  archive: number;
  /** Whether a header was read: zeros may stand before one from then on. */
  hasBegun: boolean;
  readonly skipped: (where: string, code: string, message: string) => void;
}

const DIGIT_ZERO = 0x30;
const SUM_BYTES = 1 << 20;

/** Passes over zero bytes. */
export async function skipZeros(stream: ByteStream): Promise<void> {
  for (;;) {
    const bytes = await stream.peek();
    if (bytes.length === 0 || bytes[0] !== 0) return;
    const index = bytes.findIndex((byte) => byte !== 0);
    await stream.skip(index < 0 ? bytes.length : index);
  }
}

/**
 * The members from here on, with zeros between them. In a packed part up to its end, which must be that of
 * a member; else to where something begins that is no member.
 *
 * @throws ZosiaError `ZOSIA_CPIO_CORRUPT`, and what unpacking throws
 */
export async function* readMembers(
  stream: ByteStream,
  part: CpioPart,
  state: ArchiveState,
): AsyncGenerator<CpioMember, void, undefined> {
  const isPacked = part.compression !== undefined;
  for (;;) {
    if (state.hasBegun) await skipZeros(stream);
    const next = (await stream.peek())[0];
    if (next === undefined) {
      if (isPacked && !state.hasBegun) throw corrupt(0, 'nothing in it');
      return;
    }
    if (stream.position % ALIGNMENT_BYTES !== 0) {
      throw corrupt(stream.position, 'not on a 4-byte boundary');
    }
    if (next !== DIGIT_ZERO && (isPacked || !state.hasBegun)) {
      throw corrupt(stream.position, 'no header of a member');
    }
    if (next !== DIGIT_ZERO) return;
    state.hasBegun = true;
    yield* readMember(stream, part, state);
  }
}

/** One member, and the stream behind it; nothing for a trailer or what the kernel passes over. */
async function* readMember(
  stream: ByteStream,
  part: CpioPart,
  state: ArchiveState,
): AsyncGenerator<CpioMember, void, undefined> {
  const start = stream.position;
  const bytes = await stream.read(HEADER_BYTES);
  const magic = Buffer.from(bytes.subarray(0, MAGIC_LENGTH)).toString('latin1');
  if (bytes.length < HEADER_BYTES) throw corrupt(start, 'cut short in a header');
  if (magic === ODC_MAGIC) {
    throw corrupt(start, 'the archive is of the old format 070707: make it with cpio -H newc');
  }
  if (magic !== NEWC_MAGIC && magic !== CRC_MAGIC) throw corrupt(start, 'no newc header');
  const header = decodeHeader(bytes);
  const { mode, nameBytes, sizeBytes } = header;
  const isFile = (mode & FILE_TYPE_MASK) === FILE_TYPES.file;
  const isSymlink = (mode & FILE_TYPE_MASK) === FILE_TYPES.symlink;
  const dataOffset = alignUp(start + HEADER_BYTES + nameBytes, ALIGNMENT_BYTES);
  const end = alignUp(dataOffset + sizeBytes, ALIGNMENT_BYTES);
  const skip = async (code: string, message: string, where: string): Promise<void> => {
    state.skipped(where, code, message);
    await pass(stream, end, start);
  };

  if (nameBytes === 0 || nameBytes > MAX_NAME_BYTES) {
    await skip('name-length', `name of ${nameBytes} bytes`, `member at ${start}`);
    return;
  }
  const stored = await stream.read(dataOffset - stream.position);
  if (stored.length < nameBytes) throw corrupt(start, 'name cut short');
  const terminated = stored[nameBytes - 1] === 0;
  // Several NULs pad a name; it ends at the first.
  const nul = stored.indexOf(0);
  const name = Buffer.from(stored.subarray(0, nul < 0 ? nameBytes : nul)).toString('latin1');
  const path = printablePath(name);
  if (isSymlink && sizeBytes > MAX_TARGET_DATA_BYTES) {
    await skip('target-length', `link target of ${sizeBytes} bytes`, path);
    return;
  }
  if (!isFile && !isSymlink && sizeBytes > 0) {
    await skip('unexpected-data', `${sizeBytes} bytes of data where only a file has some`, path);
    return;
  }
  if (!terminated) throw corrupt(start, 'name not ended by NUL');
  if (name === TRAILER_NAME && !isSymlink) {
    state.archive++;
    await pass(stream, end, start);
    return;
  }
  const located = { name, path, part, headerOffset: start, offset: dataOffset };
  if (isSymlink) {
    const target = await stream.read(sizeBytes);
    if (target.length < sizeBytes) throw corrupt(start, `the link target of ${path} is cut short`);
    yield describe(header, located, state, cString(target));
  } else {
    const wanted = magic === CRC_MAGIC && isFile ? header.checksum : undefined;
    const sum = await passData(stream, sizeBytes, wanted !== undefined);
    if (sum === undefined) throw corrupt(start, `the data of ${path} are cut short`);
    yield describe(header, located, state, '');
    if (wanted !== undefined && sum !== wanted) {
      const sums = `${sum.toString(16)} instead of ${wanted.toString(16)}`;
      throw corrupt(start, `the data of ${path} do not match their checksum (${sums})`);
    }
  }
  await pass(stream, end, start, part.compression === undefined);
}

/** @param mayLackPadding whether the stream may end before: padding at the end of a file may be missing */
async function pass(
  stream: ByteStream,
  end: number,
  start: number,
  mayLackPadding = false,
): Promise<void> {
  const missing = end - stream.position;
  if ((await stream.skip(missing)) === missing) return;
  if (mayLackPadding || end - stream.position < ALIGNMENT_BYTES) return;
  throw corrupt(start, 'cut short');
}

/** Passes over data; the sum of their bytes if wanted, else 0; undefined when they are cut short. */
async function passData(
  stream: ByteStream,
  sizeBytes: number,
  isSummed: boolean,
): Promise<number | undefined> {
  if (!isSummed) return (await stream.skip(sizeBytes)) === sizeBytes ? 0 : undefined;
  let sum = 0;
  for (let missing = sizeBytes; missing > 0;) {
    const bytes = await stream.read(Math.min(missing, SUM_BYTES));
    if (bytes.length === 0) return undefined;
    for (const byte of bytes) sum += byte;
    sum %= 2 ** 32;
    missing -= bytes.length;
  }
  return sum;
}

function describe(
  header: NewcHeader,
  located: Located,
  state: ArchiveState,
  target: ByteString,
): CpioMember {
  const { mode, rdevMajor: major, rdevMinor: minor } = header;
  // Written out: a literal with spreads in it is many times as slow and as large.
  const common = (type: CpioMember['type']) => ({
    type,
    name: located.name,
    path: located.path,
    part: located.part,
    headerOffset: located.headerOffset,
    offset: located.offset,
    archive: state.archive,
    fullMode: mode,
    mode: mode & PERMISSION_MASK,
    uid: header.uid,
    gid: header.gid,
    mtime: { seconds: header.mtimeSeconds },
    inode: header.inode,
    deviceMajor: header.deviceMajor,
    deviceMinor: header.deviceMinor,
    linkCount: header.linkCount,
    sizeBytes: header.sizeBytes,
  });
  switch (mode & FILE_TYPE_MASK) {
    case FILE_TYPES.file:
      return common('file') as CpioMember;
    case FILE_TYPES.directory:
      return common('directory') as CpioMember;
    case FILE_TYPES.fifo:
      return common('fifo') as CpioMember;
    case FILE_TYPES.socket:
      return common('socket') as CpioMember;
    case FILE_TYPES['character-device']:
      return { ...common('character-device'), type: 'character-device', major, minor };
    case FILE_TYPES['block-device']:
      return { ...common('block-device'), type: 'block-device', major, minor };
    case FILE_TYPES.symlink:
      return { ...common('symlink'), type: 'symlink', target };
    default:
      return common('none') as CpioMember;
  }
}

interface Located {
  readonly name: ByteString;
  readonly path: string;
  readonly part: CpioPart;
  readonly headerOffset: number;
  readonly offset: number;
}

function cString(bytes: Uint8Array): ByteString {
  const nul = bytes.indexOf(0);
  return Buffer.from(nul < 0 ? bytes : bytes.subarray(0, nul)).toString('latin1');
}

function printablePath(name: ByteString): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return escapeName(byteStringBytes(`/${parts.join('/')}`));
}
