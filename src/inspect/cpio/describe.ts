import type { RandomAccess } from '../../image/random-access.js';
import { walkTree } from '../walk.js';
import { cpioTree } from './tree.js';

export interface CpioDescription {
  readonly isCompressed: boolean;
  readonly unpackedBytes: number;
  readonly archiveCount: number;
  readonly memberCount: number;
  /** What unpacking leaves, by type. */
  readonly counts: Readonly<Record<string, number>>;
  /** Bytes of regular files. */
  readonly fileBytes: number;
}

/** @throws ZosiaError as `cpioTree` */
export async function describeCpio(
  source: RandomAccess,
  isCompressed: boolean,
): Promise<CpioDescription> {
  const tree = await cpioTree(source);
  const counts: Record<string, number> = {};
  const counted = new Set<number>();
  let fileBytes = 0;
  for await (const { node } of walkTree(tree, await tree.lookUp('/', false))) {
    counts[node.type] = (counts[node.type] ?? 0) + 1;
    if (node.type === 'file' && !counted.has(node.id)) fileBytes += node.sizeBytes;
    counted.add(node.id);
  }
  const { archiveCount, memberCount } = tree;
  const unpackedBytes = source.sizeBytes;
  return { isCompressed, unpackedBytes, archiveCount, memberCount, counts, fileBytes };
}
