import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { hostArchitecture } from '../../../src/artifacts/architectures.js';
import { findCompiler } from '../../../src/toolchain/compiler.js';
import { EFI_SOURCE_DIRECTORY } from '../../../src/toolchain/efi.js';

const PROGRAMS_DIRECTORY = fileURLToPath(new URL('.', import.meta.url));

/** The instruction sets whose products this host can be asked to compute. */
export const PRODUCTS: readonly string[] =
  hostArchitecture() === 'aarch64' ? ['neon'] : ['sse2', 'avx2'];

/**
 * Compiles a test program of this folder together with the portable parts of the llama2 application, as
 * a program of the host. Undefined behaviour ends it with a signal.
 *
 * @param others further sources of the applications, from guest/efi on
 * @returns the program's path in `folder`
 */
export async function buildHostProgram(
  folder: string,
  name: string,
  others: readonly string[] = [],
): Promise<string> {
  const { clang } = await findCompiler();
  const model = join(EFI_SOURCE_DIRECTORY, 'model');
  const parts = (await readdir(model)).filter((file) => file.endsWith('.c')).sort();
  const flags = [
    '-std=c17',
    '-O2',
    '-ffp-contract=off',
    '-fshort-wchar',
    '-I',
    EFI_SOURCE_DIRECTORY,
  ];
  const traps = ['-fsanitize=undefined', '-fsanitize-trap=undefined'];
  const avx2 = parts.filter((part) => part.endsWith('_avx2.c'));
  const plain = parts.filter((part) => !avx2.includes(part)).map((part) => join(model, part));
  const object = join(folder, `${name}-avx2.o`);
  const vectors = hostArchitecture() === 'x86_64' ? ['-mavx2', '-mfma'] : [];
  await execa(clang, [
    ...[...flags, ...traps, ...vectors, '-c', ...avx2.map((part) => join(model, part))],
    ...['-o', object],
  ]);
  const path = join(folder, name);
  const source = join(PROGRAMS_DIRECTORY, `${name}.c`);
  const sources = [source, ...others.map((other) => join(EFI_SOURCE_DIRECTORY, other))];
  await execa(clang, [...flags, ...traps, ...sources, ...plain, object, '-lm', '-o', path]);
  return path;
}
