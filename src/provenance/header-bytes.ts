import { ZosiaError } from '../errors.js';
import { readGguf } from '../formats/gguf/reader.js';
import type { RandomAccess } from '../image/random-access.js';
import type { DiskImageInput } from './image-manifest.js';

/** What of a file is hashed where the whole is not: see `EfiDiskInput`. */
const HEAD_BYTES = 64 << 10;

/** The part of a file that its manifest has a digest of, and that digest. */
export interface DigestedPart {
  /** From the file's beginning. */
  readonly endBytes: number;
  readonly sha256: string;
}

/**
 * How much of a file its manifest has a digest of: all of it, what is before the tensors, or the first 64 KiB.
 *
 * @returns undefined for a model whose header cannot be read, and where the manifest has no digest
 */
export async function digestedPart(
  file: RandomAccess,
  { path, sha256, headerSha256, headSha256 }: DiskImageInput,
): Promise<DigestedPart | undefined> {
  if (sha256 !== undefined) return { endBytes: file.sizeBytes, sha256 };
  if (headerSha256 === undefined) {
    const endBytes = Math.min(HEAD_BYTES, file.sizeBytes);
    return headSha256 === undefined ? undefined : { endBytes, sha256: headSha256 };
  }
  try {
    const { headerBytes } = await readGguf(file, path);
    return { endBytes: Math.min(headerBytes, file.sizeBytes), sha256: headerSha256 };
  } catch (error) {
    if (error instanceof ZosiaError) return undefined;
    throw error;
  }
}
