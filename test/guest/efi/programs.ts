import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { hostArchitecture } from '../../../src/artifacts/architectures.js';
import {
  GUEST_SOURCE_DIRECTORY,
  SHARED_SOURCES,
  listSources,
} from '../../../src/toolchain/sources.js';
import { hostTool } from '../../support/host.js';

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
  const clang = await hostTool('clang');
  const guest = (source: string): string => join(GUEST_SOURCE_DIRECTORY, source);
  const parts = (await listSources(GUEST_SOURCE_DIRECTORY, ['efi/model', SHARED_SOURCES]))
    .filter((part) => part !== 'shared/memory.c') // the host has its own
    .map(guest);
  const includes = ['-I', guest('efi'), '-I', GUEST_SOURCE_DIRECTORY];
  const flags = ['-std=c17', '-O2', '-ffp-contract=off', '-fshort-wchar', ...includes];
  const traps = ['-fsanitize=undefined', '-fsanitize-trap=undefined'];
  const avx2 = parts.filter((part) => part.endsWith('_avx2.c'));
  const plain = parts.filter((part) => !avx2.includes(part));
  const object = join(folder, `${name}-avx2.o`);
  const vectors = hostArchitecture() === 'x86_64' ? ['-mavx2', '-mfma'] : [];
  await execa(clang, [...flags, ...traps, ...vectors, '-c', ...avx2, '-o', object]);
  const path = join(folder, name);
  const source = join(PROGRAMS_DIRECTORY, `${name}.c`);
  const sources = [source, ...others.map((other) => guest(`efi/${other}`))];
  await execa(clang, [...flags, ...traps, ...sources, ...plain, object, '-lm', '-o', path]);
  return path;
}
