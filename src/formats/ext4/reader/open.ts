import { ZosiaError } from '../../../errors.js';
import type { RandomAccess } from '../../../image/random-access.js';
import { SUPERBLOCK_BYTES, SUPERBLOCK_OFFSET } from '../layout/superblock.js';
import { refuseProblems } from './corrupt.js';
import { refuseUnreadable } from './features.js';
import { hasSuperblockMagic, parseSuperblock } from './parse-superblock.js';
import type { ParsedSuperblock } from './parse-superblock.js';

/**
 * Reads the superblock. Problems are left for the caller to judge.
 *
 * @throws ZosiaError `ZOSIA_NOT_EXT4` when there is none
 */
export async function readSuperblock(source: RandomAccess): Promise<ParsedSuperblock> {
  const notExt4 = (why: string): ZosiaError =>
    new ZosiaError('ZOSIA_NOT_EXT4', `this is no ext4 file system: ${why}`, {
      hint: 'Name an ext2, ext3 or ext4 image; in a whole disk, the partition that holds it.',
    });
  if (source.sizeBytes < SUPERBLOCK_OFFSET + SUPERBLOCK_BYTES) {
    throw notExt4(`it has only ${source.sizeBytes} bytes`);
  }
  const bytes = await source.read(SUPERBLOCK_OFFSET, SUPERBLOCK_BYTES);
  if (!hasSuperblockMagic(bytes)) throw notExt4('its superblock has no magic number');
  return parseSuperblock(bytes, source.sizeBytes);
}

/**
 * Reads a superblock that everything else can be computed from.
 *
 * @throws ZosiaError `ZOSIA_NOT_EXT4`, `ZOSIA_EXT4_UNSUPPORTED_FEATURE`, `ZOSIA_EXT4_CORRUPT`
 */
export async function readSoundSuperblock(
  source: RandomAccess,
  verifyChecksums: boolean,
): Promise<ParsedSuperblock> {
  const parsed = await readSuperblock(source);
  const isChecksum = (code: string): boolean => code === 'superblock-checksum';
  const problems = parsed.problems.filter(({ code }) => verifyChecksums || !isChecksum(code));
  // A flipped bit in the features is damage rather than a feature, when the checksum tells.
  refuseProblems(
    'superblock',
    problems.filter(({ code }) => isChecksum(code)),
  );
  refuseUnreadable(parsed.featureSet);
  refuseProblems('superblock', problems);
  return parsed;
}
