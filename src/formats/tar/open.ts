import { ZosiaError } from '../../errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import { decompress } from '../compression/decompress.js';
import type { Compression } from '../compression/decompress.js';
import { foreignPacking, unpackedHead } from '../compression/detect.js';
import { isHeader } from './header.js';
import { TAR_FIELDS, USTAR } from './layout.js';
import { visitTar } from './visit.js';
import type { TarDataSink, TarMember } from './visit.js';

const COMPRESSIONS: readonly (string | undefined)[] = ['gzip', 'xz', 'zstd', undefined];

/** Whether bytes begin a tar archive. */
export function isTar(head: Uint8Array): boolean {
  const { offset } = TAR_FIELDS.magic;
  const magic = head.subarray(offset, offset + USTAR.length);
  return new TextDecoder('latin1').decode(magic) === USTAR;
}

/** Whether bytes begin a tar archive as they were before POSIX: in their headers nothing says what they are. */
export const isOldTar = (head: Uint8Array): boolean => !isTar(head) && isHeader(head);

/** The error for an archive of which {@link isOldTar} says so. */
export const oldTar = (): ZosiaError =>
  new ZosiaError('ZOSIA_TAR_UNSUPPORTED', 'the tar archive is of a format older than ustar', {
    hint: 'Unpack it with tar -xf, and pack it again with tar -cf, which writes a newer format.',
  });

export interface ReadTarOptions {
  /** The most that it may unpack to. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a tar archive past a visitor, see {@link visitTar}: one that may be packed with gzip, xz or zstd.
 *
 * @throws ZosiaError `ZOSIA_TAR_CORRUPT`, `ZOSIA_TAR_UNSUPPORTED`, `ZOSIA_COMPRESSION_UNSUPPORTED`, and as the decompressors
 */
export async function readTar(
  source: RandomAccess,
  visit: (member: TarMember) => TarDataSink | undefined,
  { maxBytes, signal }: ReadTarOptions,
): Promise<void> {
  const { compression, head } = await unpackedHead(source);
  const foreign = foreignPacking(head);
  if (foreign) throw foreign;
  if (isOldTar(head)) throw oldTar();
  if (!isTar(head)) throw noTar('it does not begin with a member of one');
  if (!COMPRESSIONS.includes(compression)) {
    throw noTar(`it is packed with ${compression}, not with gzip, xz or zstd`);
  }
  const method = (compression ?? 'none') as Compression;
  await visitTar(decompress(method, source, { maxBytes, signal }), visit, corruptTar);
}

const noTar = (detail: string): ZosiaError =>
  new ZosiaError('ZOSIA_TAR_CORRUPT', `no tar archive: ${detail}`, {
    hint: 'Name a tar archive, plain or packed with gzip, xz or zstd.',
  });

export function corruptTar(detail: string, cause?: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_TAR_CORRUPT', `no intact tar archive: ${detail}`, {
    hint: 'Make it again, as with tar -czf.',
    cause,
  });
}
