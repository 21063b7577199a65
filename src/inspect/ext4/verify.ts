import { checkExt4 } from '../../formats/ext4/check/checker.js';
import type { Ext4Summary } from '../../formats/ext4/check/checker.js';
import type { RandomAccess } from '../../image/random-access.js';
import type { Findings } from '../findings.js';
import { checkGgufModels } from '../models/gguf.js';
import type { VerifiedModel } from '../models/model.js';
import type { ImageTree } from '../node.js';
import type { VerifyOptions } from '../verify-options.js';
import { fitsLibext2fs, withLibext2fs } from './libext2fs.js';
import { NO_LIMITS, USUAL_LIMITS, compareReaders } from './second-reader.js';
import type { Comparison } from './second-reader.js';
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
export async function verifyExt4(
  source: RandomAccess,
  findings: Findings,
  options: VerifyOptions,
): Promise<Ext4Verification> {
  const { signal } = options;
  const { problems, summary: structure } = await checkExt4(source, signal ? { signal } : {});
  findings.addStructure(problems, structure?.problemCount);
  if (problems.length > 0) {
    const notes = [
      'the structure is damaged, so nothing was read a second time, and no model checked',
    ];
    return { kind: 'ext4', notes, structure, secondReader: undefined, models: [] };
  }
  const notes: string[] = [];
  const volume = await openExt4Volume(source);
  const tree = ext4Tree(volume);
  if (volume.superblock.features.has('needs_recovery')) {
    notes.push('its journal was not replayed: mounting it may still change what is in it');
  }
  let secondReader: Comparison | undefined;
  if (fitsLibext2fs(volume.superblock)) {
    secondReader = await readAgain(source, tree, findings, options);
    notes.push(...comparisonNotes(secondReader));
  } else {
    notes.push('the file system is too large for the second reader, which has 16 MiB of memory');
  }
  const models = await checkGgufModels(tree, findings, signal);
  return { kind: 'ext4', notes, structure, secondReader, models };
}

async function readAgain(
  source: RandomAccess,
  tree: ImageTree,
  findings: Findings,
  { full = false, signal }: VerifyOptions,
): Promise<Comparison | undefined> {
  const limits = full ? NO_LIMITS : USUAL_LIMITS;
  try {
    return await withLibext2fs(
      source,
      (other) => compareReaders(tree, other, findings, limits, signal),
      signal,
    );
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof Error) || error.name !== 'ErrnoException') throw error;
    const message = `libext2fs cannot open it (${error.message})`;
    const where = 'file system';
    findings.add({ check: 'second reader', code: 'second-reader-mount', where, message });
    return undefined;
  }
}

function comparisonNotes(comparison: Comparison | undefined): string[] {
  if (!comparison) return [];
  const { partFileCount, withoutAttributesCount } = comparison;
  const notes: string[] = [];
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
