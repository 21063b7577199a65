import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { GUEST_SOURCE_DIRECTORY } from '../../../src/toolchain/sources.js';
import { hostTool } from '../../support/host.js';

const PROGRAMS_DIRECTORY = fileURLToPath(new URL('.', import.meta.url));

/**
 * Compiles a test program of this folder together with parts of guest/shared, as a program of the host.
 * Undefined behaviour ends it with a signal.
 *
 * @returns the program's path in `folder`
 */
export async function buildSharedProgram(
  folder: string,
  name: string,
  parts: readonly string[],
): Promise<string> {
  const clang = await hostTool('clang');
  const path = join(folder, name);
  await execa(clang, [
    ...['-std=c17', '-O2', '-fsanitize=undefined', '-fsanitize-trap=undefined'],
    ...['-I', GUEST_SOURCE_DIRECTORY, join(PROGRAMS_DIRECTORY, `${name}.c`)],
    ...parts.map((part) => join(GUEST_SOURCE_DIRECTORY, 'shared', `${part}.c`)),
    ...['-o', path],
  ]);
  return path;
}
