import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { compileWithInit } from '../support/init-program.js';
import { skipWhere } from '../support/skipping.js';

const PROGRAMS_DIRECTORY = fileURLToPath(new URL('programs/', import.meta.url));

/** These programs are Linux programs of the host's own architecture. */
export const WHERE_LINUX_RUNS = skipWhere(
  process.platform !== 'linux',
  'programs of Linux run on Linux only',
);

/**
 * Compiles a test program together with the parts of init that it drives.
 *
 * @returns the program's path in `folder`
 */
export async function buildProgram(
  folder: string,
  name: string,
  parts: readonly string[],
): Promise<string> {
  const source = join(PROGRAMS_DIRECTORY, `${name}.c`);
  const bytes = await compileWithInit(hostArchitecture(), [source], parts);
  const path = join(folder, name);
  await writeFile(path, bytes);
  await chmod(path, 0o755);
  return path;
}
