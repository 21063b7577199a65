import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { hostArchitecture } from '../../../src/artifacts/architectures.js';
import { GUEST_SOURCE_DIRECTORY } from '../../../src/toolchain/sources.js';
import { hostTool } from '../../support/host.js';
import { compileSources } from '../compile-sources.js';
import { includedSources } from '../included-sources.js';

const PROGRAMS_DIRECTORY = fileURLToPath(new URL('.', import.meta.url));

/** The instruction sets whose products this host can be asked to compute. */
export const PRODUCTS: readonly string[] =
  hostArchitecture() === 'aarch64' ? ['neon'] : ['sse2', 'avx2'];

/**
 * Compiles a test program of this folder together with the portable parts of the applications that it
 * includes, as a program of the host. Undefined behaviour ends it with a signal.
 *
 * @param others further sources of the applications, from guest/efi on
 * @param products the instruction sets whose products it is compiled with
 * @returns the program's path in `folder`
 */
export async function buildHostProgram(
  folder: string,
  name: string,
  others: readonly string[] = [],
  products: readonly string[] = [],
): Promise<string> {
  const guest = (source: string): string => join(GUEST_SOURCE_DIRECTORY, source);
  const includes = ['-I', guest('efi'), '-I', GUEST_SOURCE_DIRECTORY];
  const flags = ['-std=c17', '-O2', '-ffp-contract=off', '-fshort-wchar', ...includes];
  const traps = ['-fsanitize=undefined', '-fsanitize-trap=undefined'];
  const own = [
    ...products.map((set) => guest(`engine/products/products_${set}.c`)),
    join(PROGRAMS_DIRECTORY, `${name}.c`),
    ...others.map((other) => guest(`efi/${other}`)),
  ];
  const path = join(folder, name);
  const sources = [...own, ...(await includedSources(own))];
  await compileSources(await hostTool('clang'), [...flags, ...traps], sources, path);
  return path;
}

/**
 * Compiles a test program of this folder with sources of the guests, watched by a sanitizer: any finding
 * ends it with a message and a status. GCC does it where clang lacks what watches.
 *
 * @param sources from guest/ on
 * @param watch for races between threads, or for what is out of bounds or undefined
 * @returns the program's path in `folder`
 */
export async function buildWatchedProgram(
  folder: string,
  name: string,
  sources: readonly string[],
  watch: 'threads' | 'memory',
): Promise<string> {
  const guest = (source: string): string => join(GUEST_SOURCE_DIRECTORY, source);
  const sanitizers = watch === 'threads' ? 'thread' : 'address,undefined';
  const path = join(folder, name);
  const args = [
    ...['-std=c17', '-O1', '-g', '-ffp-contract=off', '-fshort-wchar', '-Wall', '-Wextra'],
    ...[`-fsanitize=${sanitizers}`, '-fno-sanitize-recover=all'],
    ...['-I', guest('efi'), '-I', GUEST_SOURCE_DIRECTORY],
    ...[join(PROGRAMS_DIRECTORY, `${name}.c`), ...sources.map(guest)],
    ...['-lm', '-lpthread', '-o', path],
  ];
  const { failed } = await execa(await hostTool('clang'), args, { reject: false });
  if (failed) await execa(await hostTool('gcc'), args);
  return path;
}
