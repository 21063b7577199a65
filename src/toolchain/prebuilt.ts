import { join } from 'node:path';
import { ARCHITECTURES } from '../artifacts/architectures.js';
import { writeSums } from '../artifacts/summed-file.js';
import { writeOutput } from '../host/output-file.js';
import type { Compiler } from './compiler.js';
import { buildEfi } from './efi.js';
import { buildGuest } from './guest.js';
import { COMPILER_RECORD } from './recorded-compiler.js';

/**
 * Builds what ships under guest/prebuilt: for every architecture the guest's programs, UEFI
 * applications included, and a record of the compiler. SHA256SUMS has all that is in their folder.
 *
 * @param directory the folder to write; `PREBUILT_DIRECTORY` to renew what ships
 * @throws ZosiaError as `buildGuest` and `buildEfi`
 */
export async function buildPrebuilt(
  directory: string,
  compiler: Compiler,
  signal?: AbortSignal,
): Promise<void> {
  for (const arch of ARCHITECTURES) {
    const outDir = join(directory, arch);
    await buildEfi({ arch, program: 'hello', outDir, compiler, signal });
    await buildGuest({ arch, outDir, compiler, signal });
    await buildEfi({ arch, program: 'llama2', outDir, compiler, signal });
    await writeSums(outDir, signal);
  }
  const record = `${compiler.version}\n${compiler.linkerVersion}\n`;
  await writeOutput(join(directory, COMPILER_RECORD), record, { signal });
}
