import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../artifacts/architectures.js';
import { writeSums } from '../../artifacts/summed-file.js';
import { gzip } from '../../formats/compression/gzip.js';
import { writeOutput } from '../../host/output-file.js';
import type { BuiltKernel } from './build.js';

const GZIP_LEVEL = 9;

/**
 * Puts a kernel that was built with what ships under guest/prebuilt: an arm64 `Image` compressed, an x86
 * bzImage, which is so already, as it is; and the whole configuration.
 *
 * @param directory the folder to write; `PREBUILT_DIRECTORY` to renew what ships
 */
export async function writePrebuiltKernel(
  directory: string,
  arch: Architecture,
  { path, configPath }: Pick<BuiltKernel, 'path' | 'configPath'>,
  signal?: AbortSignal,
): Promise<void> {
  const outDir = join(directory, arch);
  const image = await readFile(path);
  if (arch === 'x86_64') await writeOutput(join(outDir, 'bzImage'), image, { signal });
  else {
    const packed = await gzip(image, { level: GZIP_LEVEL });
    await writeOutput(join(outDir, 'Image.gz'), packed, { signal });
  }
  await writeOutput(join(outDir, 'kernel.config'), await readFile(configPath), { signal });
  await writeSums(outDir, signal);
}
