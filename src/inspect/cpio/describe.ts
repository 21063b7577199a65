import type { Finding } from '../../formats/findings.js';
import type { RandomAccess } from '../../image/random-access.js';
import { walkTree } from '../walk.js';
import { cpioTree } from './tree.js';

export interface CpioDescription {
  readonly isCompressed: boolean;
  /** What follows each other in the file; offsets and lengths are in the file, in bytes. */
  readonly parts: readonly {
    readonly offset: number;
    readonly length: number;
    readonly compression?: string | undefined;
    readonly unpackedBytes: number;
  }[];
  readonly unpackedBytes: number;
  readonly archiveCount: number;
  readonly memberCount: number;
  /** What unpacking leaves, by type. */
  readonly counts: Readonly<Record<string, number>>;
  /** Bytes of regular files. */
  readonly fileBytes: number;
  /** Members that the kernel passes over: the first, and how many there are. */
  readonly skipped: readonly Finding[];
  readonly skippedCount: number;
  /** What would stop the kernel. */
  readonly damage?: { readonly code: string; readonly message: string } | undefined;
}

/** @throws ZosiaError as `cpioTree` */
export async function describeCpio(source: RandomAccess): Promise<CpioDescription> {
  const tree = await cpioTree(source);
  const counts: Record<string, number> = {};
  const counted = new Set<number>();
  let fileBytes = 0;
  for await (const { node } of walkTree(tree, await tree.lookUp('/', false))) {
    counts[node.type] = (counts[node.type] ?? 0) + 1;
    if (node.type !== 'file' || counted.has(node.id)) continue;
    fileBytes += node.sizeBytes;
    if (node.linkCount > 1) counted.add(node.id);
  }
  const { archiveCount, memberCount, skipped, damage } = tree;
  return {
    isCompressed: tree.parts.some(({ compression }) => compression !== undefined),
    parts: tree.parts.map(({ offset, length, compression, unpackedBytes }) => ({
      offset,
      length,
      unpackedBytes,
      compression,
    })),
    unpackedBytes: tree.sizeBytes,
    archiveCount,
    memberCount,
    counts,
    fileBytes,
    skipped: skipped.problems,
    skippedCount: skipped.problemCount,
    damage: damage && { code: damage.code, message: damage.message },
  };
}
