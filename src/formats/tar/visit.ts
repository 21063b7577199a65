import type { ZosiaError } from '../../errors.js';
import type { Unpacking } from '../compression/unpacking.js';
import { isUtf8 } from '../byte-string.js';
import { UnpackedStream } from '../cpio/stream.js';
import { decodeLongName, decodePax, extended } from './extensions.js';
import type { TarExtensions } from './extensions.js';
import { TarDamage, decodeHeader } from './header.js';
import type { TarHeader } from './header.js';
import {
  BLOCK_BYTES,
  EXTENSION_TYPES,
  LABEL_TYPE,
  MAX_EXTENSION_BYTES,
  SPARSE_GOES_ON,
  SPARSE_TYPE,
} from './layout.js';

/** Types of members by the character that stands for them. A file "contiguous" is one like any other. */
const TYPES = {
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
  [SPARSE_TYPE]: 'sparse',
} as const;

export type TarType = (typeof TYPES)[keyof typeof TYPES];

/** What a tar archive says of one member. */
export interface TarMember {
  /** What is not UTF-8 in it is replaced; see `isNameUtf8`. */
  readonly name: string;
  /** Whether name and link name are UTF-8. */
  readonly isNameUtf8: boolean;
  /** Undefined for one that is not known. */
  readonly type: TarType | undefined;
  readonly mode: number;
  readonly sizeBytes: number;
  /** Empty for what is no link. */
  readonly linkName: string;
  readonly uid: number;
  readonly gid: number;
  /** Whole seconds since 1970. */
  readonly mtimeSeconds: number;
  /** Of devices; 0 for others. */
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/** Where a member's data go: given each piece, then told that it was the last. */
export interface TarDataSink {
  write(piece: Uint8Array): void;
  end(): void;
}

/**
 * Runs a tar archive past a visitor, member by member, up to the blocks of zeros at its end; what follows
 * them is read, and dropped, as tar does. So are data nobody asks for. Nothing that it says of lengths is
 * kept in memory before it is bounded.
 *
 * @param visit called with every member; returns where its data go, or undefined to drop them
 * @param corrupt makes the error for an archive that cannot be read
 * @throws what `corrupt` makes; what `chunks` or `visit` throws
 */
export async function visitTar(
  chunks: AsyncIterable<Uint8Array>,
  visit: (member: TarMember) => TarDataSink | undefined,
  corrupt: (detail: string, cause?: unknown) => ZosiaError,
): Promise<void> {
  const stream = new UnpackedStream(unpacking(chunks));
  try {
    for (;;) {
      const member = await nextMember(stream);
      if (!member) break;
      const sink = visit(memberOf(member));
      await passData(stream, member.sizeBytes, sink);
      sink?.end();
    }
    await stream.skip(Infinity);
  } catch (error) {
    if (!(error instanceof TarDamage)) throw error;
    throw corrupt(error.message, error);
  } finally {
    await stream.close();
  }
}

async function* unpacking(chunks: AsyncIterable<Uint8Array>): Unpacking {
  yield* chunks;
  return 0;
}

type FoundMember = TarHeader & Pick<TarExtensions, 'isSparse'>;

/** The next member, with what stands before it; undefined at the end. */
async function nextMember(stream: UnpackedStream): Promise<FoundMember | undefined> {
  let extensions: TarExtensions = {};
  for (;;) {
    const block = await readWhole(stream, BLOCK_BYTES);
    if (block.every((byte) => byte === 0)) return undefined;
    const header = decodeHeader(block);
    const what = EXTENSION_TYPES[header.type];
    if (what !== undefined) {
      const bytes = await readExtension(stream, header.sizeBytes);
      if (what === 'pax') extensions = { ...extensions, ...decodePax(bytes) };
      else if (what === 'name') extensions.name = decodeLongName(bytes);
      else if (what === 'link-name') extensions.linkName = decodeLongName(bytes);
      else if (Object.keys(decodePax(bytes)).length > 0) {
        throw new TarDamage('a global pax header is to change what all members are');
      }
    } else if (header.type === LABEL_TYPE) {
      await passData(stream, header.sizeBytes, undefined);
    } else {
      if (header.type === SPARSE_TYPE) await passSparseMap(stream, block);
      return checkData(extended(header, extensions));
    }
  }
}

async function readExtension(stream: UnpackedStream, sizeBytes: number): Promise<Uint8Array> {
  if (sizeBytes > MAX_EXTENSION_BYTES) {
    throw new TarDamage(
      `a header for long names has ${sizeBytes} bytes, more than the ${MAX_EXTENSION_BYTES} allowed`,
    );
  }
  const bytes = await readWhole(stream, sizeBytes);
  await readWhole(stream, paddingOf(sizeBytes));
  return bytes;
}

async function passSparseMap(stream: UnpackedStream, header: Uint8Array): Promise<void> {
  let goesOn = header[SPARSE_GOES_ON.header];
  while (goesOn) goesOn = (await readWhole(stream, BLOCK_BYTES))[SPARSE_GOES_ON.block];
}

/** Programs do not agree on whether data follow what has none by its type. */
function checkData(member: FoundMember): FoundMember {
  if (/^[1-6]$/.test(member.type) && member.sizeBytes > 0) {
    throw new TarDamage(`a link, folder or device has ${member.sizeBytes} bytes of data`);
  }
  return member;
}

async function passData(
  stream: UnpackedStream,
  sizeBytes: number,
  sink: TarDataSink | undefined,
): Promise<void> {
  for (let missing = sizeBytes; missing > 0;) {
    const { length } = await stream.peek();
    if (length === 0) throw cutShort();
    const piece = await stream.read(Math.min(length, missing));
    sink?.write(piece);
    missing -= piece.length;
  }
  await readWhole(stream, paddingOf(sizeBytes));
}

const paddingOf = (sizeBytes: number): number =>
  (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;

async function readWhole(stream: UnpackedStream, length: number): Promise<Uint8Array> {
  const bytes = length === 0 ? new Uint8Array(0) : await stream.read(length);
  if (bytes.length < length) throw cutShort();
  return bytes;
}

const cutShort = (): TarDamage => new TarDamage('it is cut short');

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function memberOf({ type, name, linkName, isSparse, ...attributes }: FoundMember): TarMember {
  // Files of old archives are folders when their names end so.
  const isFolder = type === '0' && name.at(-1) === 0x2f;
  const known = TYPES[type as keyof typeof TYPES] as TarType | undefined;
  return {
    ...attributes,
    name: utf8.decode(name),
    linkName: utf8.decode(linkName),
    isNameUtf8: isUtf8(name) && isUtf8(linkName),
    type: isSparse ? 'sparse' : isFolder ? 'directory' : known,
  };
}
