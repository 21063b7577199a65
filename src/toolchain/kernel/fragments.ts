import { join } from 'node:path';
import type { Architecture } from '../../artifacts/architectures.js';
import { readTextFile } from '../../host/text-file.js';
import { KERNEL_CONFIG_DIRECTORY } from '../sources.js';

/** A part of a kernel's configuration, over allnoconfig; later ones are read after earlier ones. */
export interface KernelFragment {
  /** What messages call it. */
  readonly name: string;
  readonly text: string;
}

/**
 * The fragments of a kernel: what both architectures have, what one has, and what further files ask for.
 *
 * @throws ZosiaError as `readTextFile`
 */
export async function readKernelFragments(
  arch: Architecture,
  further: readonly string[] = [],
): Promise<KernelFragment[]> {
  const own = ['common.config', `${arch}.config`].map((name) =>
    join(KERNEL_CONFIG_DIRECTORY, name),
  );
  const read = async (path: string): Promise<KernelFragment> => ({
    name: path,
    text: await readTextFile(path),
  });
  return Promise.all([...own, ...further].map(read));
}
