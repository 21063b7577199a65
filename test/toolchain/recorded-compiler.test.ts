import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PREBUILT_DIRECTORY } from '../../src/artifacts/prebuilt.js';
import type { Builder } from '../../src/toolchain/builder.js';
import { buildGuest } from '../../src/toolchain/guest.js';
import { COMPILER_RECORD, warningFlags } from '../../src/toolchain/recorded-compiler.js';
import { changedBuilder } from './support/changed-builder.js';
import { temporaryFolder } from '../support/temporary.js';
import { onHost } from '../support/host.js';

const COMPILER = { linkerVersion: 'LLD' };

/** The builder, whose programs say that they are of a version. */
const claimingVersion = (builder: Builder, version: string): Builder =>
  changedBuilder(builder, {
    run: async (program, args, options) =>
      args[0] === '--version'
        ? { failed: false, output: version }
        : builder.run(program, args, options),
  });

describe('warningFlags', () => {
  const folder = temporaryFolder();

  it('turns warnings into errors for the recorded compiler only', async () => {
    const record = await readFile(join(PREBUILT_DIRECTORY, COMPILER_RECORD), 'utf8');
    const recorded = { ...COMPILER, version: record.split('\n', 1)[0]! };
    expect(await warningFlags(recorded)).toContain('-Werror');
    const newer = { ...COMPILER, version: 'Debian clang version 99.1.0' };
    expect(await warningFlags(newer)).toEqual(['-Wall', '-Wextra']);
  });

  it('turns no warning into an error without a record', async () => {
    const compiler = { ...COMPILER, version: 'clang version 14.0.6' };
    expect(await warningFlags(compiler, folder.path)).not.toContain('-Werror');
  });

  it('lets another compiler build a source with warnings', async () => {
    const sourceDir = folder.file('source');
    await mkdir(join(sourceDir, 'init'), { recursive: true });
    await writeFile(join(sourceDir, 'init/main.c'), 'void _start(void) { int unused = 1; }\n');
    const built = await onHost((builder) =>
      buildGuest({
        arch: 'x86_64',
        sourceDir,
        outDir: folder.file('out'),
        builder: claimingVersion(builder, 'clang version 99.1.0'),
      }),
    );
    expect(built.sizeBytes).toBeGreaterThan(0);
  });
});
