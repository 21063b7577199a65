import { ZosiaError } from '../../errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import { tooLarge } from '../compression/limits.js';
import { METHOD_MAGIC_BYTES, findMethod } from '../compression/methods.js';
import type { Method } from '../compression/methods.js';
import type { Unpacking } from '../compression/unpacking.js';
import { Turns } from '../turns.js';
import { readMembers, skipZeros } from './archive.js';
import type { ArchiveState } from './archive.js';
import { corrupt } from './corrupt.js';
import { ALIGNMENT_BYTES } from './layout.js';
import type { CpioMember, CpioPart } from './member.js';
import type { CpioObserver } from './observer.js';
import { SourceStream, UnpackedAccess, UnpackedStream, releaseUnpacked } from './stream.js';

export type { CpioMember, CpioPart } from './member.js';

export interface ReadCpioOptions {
  /** Most bytes that the packed parts may unpack to; 1 GiB unless given. */
  readonly maxBytes?: number | undefined;
  /** Told of each part when it begins. */
  readonly onPart?: ((part: CpioPart) => void) | undefined;
  /** Told of each member that the kernel passes over, and why. */
  readonly onSkipped?: ((where: string, code: string, message: string) => void) | undefined;
  /** Shown what is stored; then all data are read, not passed over. */
  readonly observer?: CpioObserver | undefined;
  readonly signal?: AbortSignal | undefined;
}

const DIGIT_ZERO = 0x30;
const MAX_UNPACKED_BYTES = 1 << 30;

/**
 * Reads an initramfs as the kernel unpacks it: newc archives (070701, and 070702 with its checksum), with
 * zeros between them, packed ones among them, with or without a trailer. The kernel's rules are those of
 * Documentation/driver-api/early-userspace/buffer-format.rst and, where that is silent, init/initramfs.c.
 * Memory does not grow with the archive, packed or not.
 *
 * @throws ZosiaError where the kernel would stop, after the members before: `ZOSIA_CPIO_CORRUPT`,
 * `ZOSIA_GZIP_CORRUPT` and its like, `ZOSIA_COMPRESSION_UNSUPPORTED`, `ZOSIA_DECOMPRESSED_TOO_LARGE`; the signal's reason when cancelled
 */
export async function* readCpio(
  source: RandomAccess,
  options: ReadCpioOptions = {},
): AsyncGenerator<CpioMember, void, undefined> {
  const state: ArchiveState = {
    archive: 0,
    hasBegun: false,
    skipped: options.onSkipped ?? (() => undefined),
    observer: options.observer,
    turns: new Turns(options.signal),
  };
  const room = { bytes: options.maxBytes ?? MAX_UNPACKED_BYTES };
  let position = 0;
  for (;;) {
    const stream = new SourceStream(source, position);
    await skipZeros(stream, state.turns);
    const { position: start } = stream;
    const head = (await stream.peek()).subarray(0, METHOD_MAGIC_BYTES);
    if (head.length === 0) break;
    if (head[0] === DIGIT_ZERO && start % ALIGNMENT_BYTES === 0) {
      const part: CpioPart = {
        offset: start,
        length: 0,
        compression: undefined,
        hasChecksum: false,
        unpackedBytes: 0,
        content: source,
      };
      options.onPart?.(part);
      for await (const member of readMembers(stream, part, state)) yield member;
      position = stream.position;
      part.unpackedBytes = part.length = position - start;
      continue;
    }
    const method = findMethod(head);
    if (!method) {
      const message = 'neither a header of a member nor packed data';
      throw corrupt(start, 'archive-garbage', message);
    }
    if (!method.unpack) throw unsupported(start, method);
    const refusal = await method.refusal?.(source, start);
    if (refusal !== undefined) {
      state.skipped(`what begins at ${start}, and all behind it`, 'compression', refusal);
    }
    const begin = (): Unpacking => method.unpack!(source, start);
    const content = new UnpackedAccess(begin);
    const part: CpioPart = {
      offset: start,
      length: source.sizeBytes - start,
      compression: method.name,
      hasChecksum: (await method.hasChecksum?.(source, start)) ?? false,
      unpackedBytes: 0,
      content,
    };
    options.onPart?.(part);
    await releaseUnpacked();
    const unpacked = new UnpackedStream(bounded(begin(), room, part, state.turns));
    try {
      for await (const member of readMembers(unpacked, part, state)) yield member;
    } finally {
      await unpacked.close();
    }
    position = unpacked.end!;
    part.length = position - start;
  }
  if (!state.hasBegun) throw corrupt(0, 'archive-empty', 'nothing in it');
}

/** Counts what comes out, for the part and against the room for all. */
async function* bounded(
  unpacking: Unpacking,
  room: { bytes: number },
  part: CpioPart,
  turns: Turns,
): Unpacking {
  try {
    for (;;) {
      const { done, value } = await unpacking.next();
      if (done) return value;
      await turns.take();
      part.unpackedBytes += value.length;
      room.bytes -= value.length;
      if (room.bytes < 0) throw tooLarge(part.unpackedBytes + room.bytes);
      yield value;
    }
  } finally {
    await unpacking.return(0);
  }
}

function unsupported(offset: number, { name, program }: Method): ZosiaError {
  return new ZosiaError(
    'ZOSIA_COMPRESSION_UNSUPPORTED',
    `what begins at ${offset} is packed with ${name}, which zosia does not unpack`,
    { hint: `Unpack it with ${program}, and look at what comes out.` },
  );
}
