import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { PREBUILT_DIRECTORY } from '../../src/artifacts/prebuilt.js';
import { askCompiler } from '../../src/toolchain/compiler.js';
import type { Compiler } from '../../src/toolchain/compiler.js';
import { COMPILER_RECORD } from '../../src/toolchain/recorded-compiler.js';
import { onHost } from '../support/host.js';
import { IS_COMPLETE_HOST } from '../support/skipping.js';

/**
 * The compiler, if it is of the major version that made the prebuilt programs: others make other bytes.
 * With another one the test is skipped; on a complete host it goes on, and so fails.
 */
export async function recordedCompiler(context: TestContext): Promise<Compiler> {
  const record = await readFile(join(PREBUILT_DIRECTORY, COMPILER_RECORD), 'utf8');
  const recorded = record.split('\n', 1)[0]!;
  const compiler = await onHost(askCompiler);
  const isOther = majorVersion(compiler.version) !== majorVersion(recorded);
  context.skip(isOther && !IS_COMPLETE_HOST, `built with ${recorded}, here is ${compiler.version}`);
  return compiler;
}

/** As in "Debian clang version 14.0.6". */
const majorVersion = (version: string): string | undefined => /\b(\d+)\.\d+/.exec(version)?.[1];
