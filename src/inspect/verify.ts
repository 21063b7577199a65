import { ZosiaError } from '../errors.js';
import { checkExt4 } from '../formats/ext4/check/checker.js';
import type { Ext4Summary } from '../formats/ext4/check/checker.js';
import { checkGguf } from '../formats/gguf/check.js';
import { ext4Tree } from './ext4-tree.js';
import { Findings } from './findings.js';
import type { Finding } from './findings.js';
import { fitsLibext2fs, withLibext2fs } from './libext2fs.js';
import type { ImageTree } from './node.js';
import { openVolume } from './open-image.js';
import type { OpenImage } from './open-image.js';
import { NO_LIMITS, USUAL_LIMITS, compareReaders } from './second-reader.js';
import type { Comparison } from './second-reader.js';
import { walkTree } from './walk.js';

export interface VerifyOptions {
  /** Whether the second reader reads everything, however much it is. */
  readonly full?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A GGUF in the image that is whole. */
export interface VerifiedModel {
  readonly path: string;
  readonly sizeBytes: number;
  readonly tensorCount: number;
}

export interface Verification {
  readonly path: string;
  /** The first of the problems; `problemCount` counts all. */
  readonly problems: readonly Finding[];
  readonly problemCount: number;
  /** What was not checked, and why. */
  readonly notes: readonly string[];
  /** Undefined when the superblock is too damaged. */
  readonly structure: Ext4Summary | undefined;
  /** What libext2fs read as well; undefined when it read nothing: see the notes. */
  readonly secondReader: Comparison | undefined;
  readonly models: readonly VerifiedModel[];
}

/**
 * Verifies an ext2, ext3 or ext4 image: every checksum and reference of its structure; then, with an
 * independent implementation (libext2fs), that names, attributes and contents read the same; and that
 * the models in it are whole.
 *
 * @throws ZosiaError `ZOSIA_VERIFY_UNSUPPORTED` for images of other kinds,
 * `ZOSIA_EXT4_UNSUPPORTED_FEATURE`. Everything that is wrong is reported, not thrown.
 */
export async function verifyImage(
  image: OpenImage,
  options: VerifyOptions = {},
): Promise<Verification> {
  const { content, path, table } = image;
  if (content.kind !== 'ext4') {
    throw new ZosiaError('ZOSIA_VERIFY_UNSUPPORTED', `${path} is an initramfs`, {
      hint: 'It has no checksums; look into it with `zosia inspect` and `zosia ls -R`.',
    });
  }
  const { signal } = options;
  const findings = new Findings();
  const notes: string[] = [];
  for (const fault of table?.faults ?? []) findings.add({ check: 'partition table', ...fault });

  const { problems, summary } = await checkExt4(content.source, signal ? { signal } : {});
  for (const problem of problems) findings.add({ check: 'structure', ...problem });
  findings.count += Math.max(0, (summary?.problemCount ?? 0) - problems.length);

  let secondReader: Comparison | undefined;
  let models: VerifiedModel[] = [];
  if (problems.length > 0) {
    notes.push('the structure is damaged, so nothing was read a second time, and no model checked');
  } else {
    const volume = await openVolume(content.source);
    const tree = ext4Tree(volume);
    if (volume.superblock.features.has('needs_recovery')) {
      notes.push('its journal was not replayed: mounting it may still change what is in it');
    }
    if (fitsLibext2fs(volume.superblock)) {
      secondReader = await readAgain(content.source, tree, findings, options);
      notes.push(...comparisonNotes(secondReader));
    } else {
      notes.push('the file system is too large for the second reader, which has 16 MiB of memory');
    }
    models = await checkModels(tree, findings, signal);
  }
  return {
    path,
    problems: findings.described,
    problemCount: findings.count,
    notes,
    structure: summary,
    secondReader,
    models,
  };
}

async function readAgain(
  source: Parameters<typeof withLibext2fs>[0],
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

async function checkModels(
  tree: ImageTree,
  findings: Findings,
  signal?: AbortSignal,
): Promise<VerifiedModel[]> {
  const models: VerifiedModel[] = [];
  const checked = new Set<number>();
  for await (const { names, node } of walkTree(tree, await tree.lookUp('/', false))) {
    signal?.throwIfAborted();
    const isModel = node.type === 'file' && /\.gguf$/i.test(names.at(-1) ?? '');
    if (!isModel || checked.has(node.id)) continue;
    checked.add(node.id);
    const path = `/${names.join('/')}`;
    try {
      const { tensors } = await checkGguf(await node.open(), path);
      models.push({ path, sizeBytes: node.sizeBytes, tensorCount: tensors.length });
    } catch (error) {
      if (!(error instanceof ZosiaError)) throw error;
      const code = error.code
        .replace(/^ZOSIA_/, '')
        .toLowerCase()
        .replaceAll('_', '-');
      findings.add({ check: 'model', code, where: path, message: error.message });
    }
  }
  return models;
}
