import { sha256 } from '../../image/digest.js';
import type { FatOptions } from './options.js';
import type { Tree } from './tree.js';

/**
 * The volume ID. It follows from what is on the volume, never from the clock, so that the same inputs
 * give the same image.
 */
export function deriveVolumeId(options: FatOptions, tree: Tree): number {
  if (options.volumeId !== undefined) return options.volumeId;
  const prefix = Buffer.from(`zosia fat volume id\0${options.label ?? ''}\0`, 'utf8');
  const digest = sha256(Buffer.concat([prefix, options.identity ?? describe(tree)]));
  return Number.parseInt(digest.slice(0, 8), 16);
}

function describe({ directories, files }: Tree): Uint8Array {
  const lines = [
    ...directories.map(({ path }) => [path, 'directory']),
    ...files.map(({ path, data }) => [path, 'file', data.sizeBytes]),
  ];
  return Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n'), 'utf8');
}
