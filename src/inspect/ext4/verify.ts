import { verifyExt4 } from '../../formats/ext4/check/checker.js';
import type { Ext4Summary } from '../../formats/ext4/check/checker.js';
import type { Ext4Feature } from '../../formats/ext4/reader/features.js';
import type { Ext4Superblock } from '../../formats/ext4/reader/superblock.js';
import type { Volume } from '../../formats/ext4/reader/volume.js';
import type { RandomAccess } from '../../image/random-access.js';
import type { Findings } from '../../formats/findings.js';
import type { VerifyOptions } from '../verify-options.js';
import { checkGgufModels, GgufNodes } from '../models/gguf.js';
import type { VerifiedModel } from '../models/model.js';
import { fitsLibext2fs, withLibext2fs } from './libext2fs.js';
import { NO_LIMITS, USUAL_LIMITS } from './comparison.js';
import type { Comparison } from './comparison.js';
import { compareReaders } from './second-reader.js';
import { ext4Tree } from './tree.js';
import { openExt4Volume } from './volume.js';

export interface Ext4Verification {
  readonly kind: 'ext4';
  /** What was not checked, and why. */
  readonly notes: readonly string[];
  /** Undefined when the superblock is too damaged. */
  readonly structure: Ext4Summary | undefined;
  /** What libext2fs read as well; undefined when it read nothing: see the notes. */
  readonly secondReader: Comparison | undefined;
  readonly models: readonly VerifiedModel[];
}

/**
 * Verifies an ext2, ext3 or ext4 file system: every checksum and reference of its structure; then, with
 * an independent implementation (libext2fs), that names, attributes and contents read the same; and
 * that the models in it are whole.
 *
 * @throws ZosiaError `ZOSIA_EXT4_UNSUPPORTED_FEATURE`
 */
export async function verifyExt4Contents(
  source: RandomAccess,
  findings: Findings,
  options: VerifyOptions,
): Promise<Ext4Verification> {
  const { signal } = options;
  const checked = await verifyExt4(source, { signal });
  const { summary: structure } = checked;
  findings.addReport(checked, structure?.problemCount);
  if (checked.problems.length > 0) {
    const notes = [
      'the structure is damaged, so nothing was read a second time, and no model checked',
    ];
    return { kind: 'ext4', notes, structure, secondReader: undefined, models: [] };
  }
  const notes = uncheckedNotes(structure);
  // The checksums have just been compared, each one.
  const volume = await openExt4Volume(source, false);
  if (volume.superblock.journal?.inode === 0) {
    notes.push('its journal lies on another device, and was not checked');
  }
  if (volume.superblock.features.has('needs_recovery')) {
    notes.push('its journal was not replayed: mounting it may still change what is in it');
  }
  let again: ReadAgain | undefined;
  if (fitsLibext2fs(volume.superblock)) {
    again = await readAgain(source, volume, notes, findings, options);
    notes.push(...comparisonNotes(again?.comparison));
  } else {
    notes.push('the file system is too large for the second reader, which has 16 MiB of memory');
  }
  const ggufs = again?.ggufs ?? (await GgufNodes.of(ext4Tree(volume), signal));
  const models = await checkGgufModels(ggufs, findings, signal);
  return { kind: 'ext4', notes, structure, secondReader: again?.comparison, models };
}

interface ReadAgain {
  readonly comparison: Comparison;
  /** Gathered on the way: walking through many files once more would take long. */
  readonly ggufs: GgufNodes;
}

/** What the check of a sound structure passed over. */
function uncheckedNotes(structure: Ext4Summary | undefined): string[] {
  const notes: string[] = [];
  const { encryptedCount = 0, unhashedNameCount = 0 } = structure ?? {};
  if (encryptedCount > 0) {
    notes.push(
      `what is encrypted was not read, as the key is not in the image (${encryptedCount} files, directories and symlinks)`,
    );
  }
  if (unhashedNameCount > 0) {
    notes.push(
      `the hashes of ${unhashedNameCount} names were not checked: their directories have no case, and they are not all ASCII`,
    );
  }
  return notes;
}

async function readAgain(
  source: RandomAccess,
  volume: Volume,
  notes: string[],
  findings: Findings,
  { full = false, signal }: VerifyOptions,
): Promise<ReadAgain | undefined> {
  const limits = full ? NO_LIMITS : USUAL_LIMITS;
  const hasInlineData = volume.superblock.features.has('inline_data');
  const tree = ext4Tree(volume);
  try {
    const ggufs = new GgufNodes();
    const gather = ggufs.add.bind(ggufs);
    const comparison = await withLibext2fs(
      source,
      (other) => compareReaders(tree, other, findings, { limits, hasInlineData, gather, signal }),
      signal,
    );
    return { comparison, ggufs };
  } catch (error) {
    signal?.throwIfAborted();
    // Its memory is that of the process, and hardly any of it comes back: hundreds of images fill it.
    if (!(error instanceof Error)) throw error;
    const isFull = error.name === 'RuntimeError';
    if (!isFull && error.name !== 'ErrnoException') throw error;
    // The structure is sound: what this older libext2fs does not know is no fault of the image.
    const reason = isFull ? 'its memory is full' : (cannotOpen(volume.superblock) ?? error.message);
    notes.push(
      `the second reader cannot open it (${reason}), so that the structure check and zosia's own reader are relied on`,
    );
    return undefined;
  }
}

/** Why this libext2fs does not open a sound file system. */
function cannotOpen({ features, blockSizeBytes }: Ext4Superblock): string | undefined {
  const unknown = UNKNOWN_TO_LIBEXT2FS.filter((name) => features.has(name));
  if (unknown.length > 0) return `it does not know ${unknown.join(' and ')}`;
  if (blockSizeBytes > MAX_LIBEXT2FS_BLOCK_BYTES) return `blocks of ${blockSizeBytes} bytes`;
  return undefined;
}

const UNKNOWN_TO_LIBEXT2FS: readonly Ext4Feature[] = ['verity', 'mmp', 'bigalloc', 'casefold'];
/** Buffers of larger blocks do not fit its memory. */
const MAX_LIBEXT2FS_BLOCK_BYTES = 32_768;

function comparisonNotes(comparison: Comparison | undefined): string[] {
  if (!comparison) return [];
  const { partFileCount, withoutAttributesCount, unreadCount, misreadTargetCount } = comparison;
  const notes: string[] = [];
  if (unreadCount > 0) {
    notes.push(
      `the second reader could not read ${unreadCount} of the files and directories, zosia's own could`,
    );
  }
  if (misreadTargetCount > 0) {
    notes.push(
      `the second reader misreads symlinks of 60 bytes and more that lie in inodes (${misreadTargetCount} of them): zosia's own reading is relied on`,
    );
  }
  if (partFileCount > 0) {
    notes.push(`some contents were not read a second time (in ${partFileCount} of the files)`);
  }
  if (withoutAttributesCount > 0) {
    notes.push(
      `some modes and sizes were not compared: the second reader cannot express the times there (in ${withoutAttributesCount} of the files)`,
    );
  }
  return notes;
}
