import { Buffer } from 'buffer';
import { sha256 } from '../../../image/sha256.js';
import type { ResolvedFatOptions } from '../options.js';
import type { Tree } from './tree.js';

/**
 * The volume ID. It follows from what is on the volume, never from the clock, so that the same inputs
 * give the same image.
 */
export function deriveVolumeId(options: ResolvedFatOptions, tree: Tree): number {
  if (options.volumeId !== undefined) return options.volumeId;
  const prefix = Buffer.from(`zosia fat volume id\0${options.label}\0`, 'utf8');
  const digest = sha256(Buffer.concat([prefix, options.identity ?? describe(tree)]));
  return Number.parseInt(digest.slice(0, 8), 16);
}

/** By name and parent rather than by path: paths can be long, and there can be many. */
function describe({ directories, files }: Tree): Uint8Array {
  const numbers = new Map(directories.map((directory, i) => [directory, i]));
  const lines = [...directories, ...files].map((node) => {
    const parent = node.parent ? numbers.get(node.parent) : undefined;
    return [parent, node.name, node.type, node.type === 'file' ? node.data.sizeBytes : 0];
  });
  return Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n'), 'utf8');
}
