import { join } from 'node:path';
import { ARCHITECTURES } from '../artifacts/architectures.js';
import { writeSums } from '../artifacts/summed-file.js';
import { writeOutput } from '../host/output-file.js';
import type { Builder } from './builder.js';
import { askCompiler } from './compiler.js';
import type { Compiler } from './compiler.js';
import { buildEfi } from './efi.js';
import { buildGuest } from './guest.js';
import { COMPILER_RECORD } from './recorded-compiler.js';

/**
 * Builds what ships under guest/prebuilt: for every architecture the guest's programs, UEFI
 * applications included, and a record of the compiler. SHA256SUMS has all that is in their folder.
 *
 * @param directory the folder to write; `PREBUILT_DIRECTORY` to renew what ships
 * @returns the compiler
 * @throws ZosiaError as `buildGuest` and `buildEfi`
 */
export async function buildPrebuilt(
  directory: string,
  builder: Builder,
  signal?: AbortSignal,
): Promise<Compiler> {
  const compiler = await askCompiler(builder);
  for (const arch of ARCHITECTURES) {
    const outDir = join(directory, arch);
    await buildEfi({ arch, program: 'hello', outDir, builder, signal });
    await buildGuest({ arch, outDir, builder, signal });
    await buildEfi({ arch, program: 'llama2', outDir, builder, signal });
    await writeSums(outDir, signal);
  }
  const record = `${compiler.version}\n${compiler.linkerVersion}\n`;
  await writeOutput(join(directory, COMPILER_RECORD), record, { signal });
  return compiler;
}
