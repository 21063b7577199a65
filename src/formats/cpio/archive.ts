import { Buffer } from 'buffer';
import { corrupt } from './corrupt.js';
import type { Turns } from '../turns.js';
import { cString, describeMember, printablePath } from './describe-member.js';
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
  TRAILER_NAME,
  alignUp,
} from './layout.js';
import type { CpioMember, CpioPart } from './member.js';
import type { CpioObserver } from './observer.js';
import type { ByteStream } from './stream.js';

/** What goes on from one part of an initramfs to the next. */
export interface ArchiveState {
  /** Trailers so far. */
  archive: number;
  /** Whether a header was read: zeros may stand before one from then on. */
  hasBegun: boolean;
  readonly skipped: (where: string, code: string, message: string) => void;
  readonly observer: CpioObserver | undefined;
  readonly turns: Turns;
}

const DIGIT_ZERO = 0x30;
const DATA_PIECE_BYTES = 1 << 20;

/** Passes over zero bytes. */
export async function skipZeros(stream: ByteStream, turns: Turns): Promise<void> {
  for (;;) {
    await turns.take();
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
    if (state.hasBegun) await skipZeros(stream, state.turns);
    const next = (await stream.peek())[0];
    if (next === undefined) {
      if (isPacked && !state.hasBegun) throw corrupt(0, 'archive-empty', 'nothing in it', part);
      return;
    }
    if (stream.position % ALIGNMENT_BYTES !== 0) {
      throw corrupt(stream.position, 'archive-alignment', 'not on a 4-byte boundary', part);
    }
    if (next !== DIGIT_ZERO && (isPacked || !state.hasBegun)) {
      throw corrupt(stream.position, 'archive-garbage', 'no header of a member', part);
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
  const { archive, observer } = state;
  const start = stream.position;
  const headerBytes = await stream.read(HEADER_BYTES);
  const magic = Buffer.from(headerBytes.subarray(0, MAGIC_LENGTH)).toString('latin1');
  if (headerBytes.length < HEADER_BYTES) {
    throw corrupt(start, 'member-cut', 'cut short in a header', part);
  }
  if (magic === ODC_MAGIC) {
    const message = 'the archive is of the old format 070707: make it with cpio -H newc';
    throw corrupt(start, 'old-format', message, part);
  }
  if (magic !== NEWC_MAGIC && magic !== CRC_MAGIC) {
    throw corrupt(start, 'header-magic', 'no newc header', part);
  }
  const header = decodeHeader(headerBytes);
  const { mode, nameBytes, sizeBytes } = header;
  const isFile = (mode & FILE_TYPE_MASK) === FILE_TYPES.file;
  const isSymlink = (mode & FILE_TYPE_MASK) === FILE_TYPES.symlink;
  const dataOffset = alignUp(start + HEADER_BYTES + nameBytes, ALIGNMENT_BYTES);
  const end = alignUp(dataOffset + sizeBytes, ALIGNMENT_BYTES);
  const cutShort = (): Error => corrupt(start, 'member-cut', 'cut short', part);
  const skip = async (code: string, message: string, where: string): Promise<void> => {
    state.skipped(where, code, message);
    await pass(stream, end, cutShort);
  };

  if (nameBytes === 0 || nameBytes > MAX_NAME_BYTES) {
    await skip('name-length', `name of ${nameBytes} bytes`, `member at ${start}`);
    return;
  }
  const nameField = await stream.read(dataOffset - stream.position);
  if (nameField.length < nameBytes) throw corrupt(start, 'member-cut', 'name cut short', part);
  const terminated = nameField[nameBytes - 1] === 0;
  const name = cString(nameField.subarray(0, nameBytes));
  const path = printablePath(name);
  const isTrailer = name === TRAILER_NAME && !isSymlink;
  if (observer) {
    const named = { part, archive, nameField, name, path, isTrailer };
    await observer.member({ ...named, offset: start, headerBytes, header });
  }
  if (isSymlink && sizeBytes > MAX_TARGET_DATA_BYTES) {
    await skip('target-length', `link target of ${sizeBytes} bytes`, path);
    return;
  }
  if (!isFile && !isSymlink && sizeBytes > 0) {
    await skip('unexpected-data', `${sizeBytes} bytes of data where only a file has some`, path);
    return;
  }
  if (!terminated) throw corrupt(start, 'name-unterminated', 'name not ended by NUL', part);
  if (isTrailer) {
    state.archive++;
    await pass(stream, end, cutShort, false, observer);
    return;
  }
  const located = { name, path, part, headerOffset: start, offset: dataOffset, archive };
  if (isSymlink) {
    const target = await stream.read(sizeBytes);
    if (target.length < sizeBytes) {
      throw corrupt(start, 'member-cut', `the link target of ${path} is cut short`, part);
    }
    await observer?.data(target);
    yield describeMember(header, located, cString(target));
  } else {
    const wanted = magic === CRC_MAGIC && isFile ? header.checksum : undefined;
    const sum = await passData(stream, sizeBytes, wanted !== undefined, observer);
    if (sum === undefined) {
      throw corrupt(start, 'member-cut', `the data of ${path} are cut short`, part);
    }
    yield describeMember(header, located, '');
    if (wanted !== undefined && sum !== wanted) {
      const sums = `${sum.toString(16)} instead of ${wanted.toString(16)}`;
      const message = `the data of ${path} do not match their checksum (${sums})`;
      throw corrupt(start, 'data-checksum', message, part);
    }
  }
  await pass(stream, end, cutShort, part.compression === undefined, observer);
}

/**
 * Passes over what follows the data of a member; the observer is shown it.
 *
 * @param mayLackPadding whether the stream may end before: padding at the end of a file may be missing
 */
async function pass(
  stream: ByteStream,
  end: number,
  cutShort: () => Error,
  mayLackPadding = false,
  observer?: CpioObserver,
): Promise<void> {
  const missing = end - stream.position;
  const isPadding = missing < ALIGNMENT_BYTES;
  if (observer && isPadding) await observer.end(await stream.read(missing));
  else if ((await stream.skip(missing)) === missing) return;
  if (mayLackPadding || end - stream.position < ALIGNMENT_BYTES) return;
  throw cutShort();
}

/**
 * Passes over data, which an observer is shown; the sum of their bytes if wanted, else 0; undefined when
 * they are cut short.
 */
async function passData(
  stream: ByteStream,
  sizeBytes: number,
  isSummed: boolean,
  observer: CpioObserver | undefined,
): Promise<number | undefined> {
  if (!isSummed && !observer) return (await stream.skip(sizeBytes)) === sizeBytes ? 0 : undefined;
  let sum = 0;
  for (let missing = sizeBytes; missing > 0;) {
    const bytes = await stream.read(Math.min(missing, DATA_PIECE_BYTES));
    if (bytes.length === 0) return undefined;
    if (isSummed) {
      for (const byte of bytes) sum += byte;
      sum %= 2 ** 32;
    }
    await observer?.data(bytes);
    missing -= bytes.length;
  }
  return sum;
}
