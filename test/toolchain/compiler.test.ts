import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askCompiler } from '../../src/toolchain/compiler.js';
import type { Compiler } from '../../src/toolchain/compiler.js';
import { withHostBuilder } from '../../src/toolchain/host/host-builder.js';
import { HOST } from '../support/host.js';
import { zosiaError } from '../support/errors.js';
import { programPath } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';

describe('askCompiler', () => {
  const folder = temporaryFolder();

  async function install(name: string, programs: Record<string, string>): Promise<string> {
    const path = folder.file(name);
    await mkdir(path);
    for (const [program, script] of Object.entries({ sh: 'exec SH "$@"', ...programs })) {
      const text = script.replace('SH', programPath('sh')!);
      await writeFile(join(path, program), `#!/bin/sh\n${text}\n`);
      await chmod(join(path, program), 0o755);
    }
    return path;
  }

  const ask = (...searchPath: string[]): Promise<Compiler> =>
    withHostBuilder({ searchPath }, askCompiler);

  const clang = (version: string) => `echo "Some clang version ${version}"; echo more`;

  it('returns the versions of the first clang and lld on the search path', async () => {
    const first = await install('bin', { clang: clang('14.0.6'), 'ld.lld': 'echo "LLD 14.0.6"' });
    const later = await install('later', { clang: clang('19.1.0') });
    expect(await ask(folder.file('empty'), first, later)).toEqual({
      version: 'Some clang version 14.0.6',
      linkerVersion: 'LLD 14.0.6',
    });
  });

  it('throws an error that names all that is missing', async () => {
    const path = await install('no linker', { clang: clang('14.0.6') });
    await expect(ask(path)).rejects.toThrow(zosiaError('ZOSIA_COMPILER_NOT_FOUND'));
    await expect(ask(path)).rejects.toThrow('not installed: ld.lld');
    await expect(ask()).rejects.toThrow('not installed: clang, ld.lld');
  });

  it('says how what the compiler is for is installed', async () => {
    await expect(ask()).rejects.toMatchObject({
      hint: expect.stringContaining('zosia doctor --install --for build ') as string,
    });
    const forKernels = withHostBuilder({ searchPath: [] }, (builder) =>
      askCompiler(builder, 'kernel --arch x86_64'),
    );
    await expect(forKernels).rejects.toMatchObject({
      hint: expect.stringContaining('zosia doctor --install --for kernel --arch x86_64 ') as string,
    });
  });

  it('throws for a compiler that does not run', async () => {
    const path = await install('broken', { clang: 'exit 1', 'ld.lld': 'echo "LLD 14.0.6"' });
    await expect(ask(path)).rejects.toThrow(zosiaError('ZOSIA_COMPILER_NOT_FOUND'));
    await expect(ask(path)).rejects.toThrow('clang does not run');
  });

  it('finds the compilers of this host', async () => {
    expect(await ask(...HOST.searchPath)).toMatchObject({
      version: expect.stringMatching(/clang version \d+/) as string,
      linkerVersion: expect.stringContaining('LLD') as string,
    });
  });
});
