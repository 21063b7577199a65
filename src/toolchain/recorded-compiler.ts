import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PREBUILT_DIRECTORY } from '../artifacts/prebuilt.js';
import type { Compiler } from './compiler.js';

/** The file that says which compiler made the prebuilt programs: clang's version, then lld's. */
export const COMPILER_RECORD = 'COMPILER';

/**
 * Warnings that clang is to give. They are errors only to the compiler that the project's own programs
 * are built with: a newer one knows warnings that the source has never met, and must still build it.
 *
 * @param directory the folder with the record of that compiler
 */
export async function warningFlags(
  compiler: Compiler,
  directory = PREBUILT_DIRECTORY,
): Promise<readonly string[]> {
  const record = await readFile(join(directory, COMPILER_RECORD), 'utf8').catch(() => '');
  const isRecorded = record.split('\n', 1)[0] === compiler.version;
  return ['-Wall', '-Wextra', ...(isRecorded ? ['-Werror'] : [])];
}
