import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCompiler } from '../../src/toolchain/compiler.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

describe('findCompiler', () => {
  const folder = temporaryFolder();

  async function install(name: string, programs: Record<string, string>): Promise<string> {
    const path = folder.file(name);
    await mkdir(path);
    for (const [program, script] of Object.entries(programs)) {
      await writeFile(join(path, program), `#!/bin/sh\n${script}\n`);
      await chmod(join(path, program), 0o755);
    }
    return path;
  }

  const clang = (version: string) => `echo "Some clang version ${version}"; echo more`;

  it('returns clang and lld on the PATH with their versions', async () => {
    const path = await install('bin', { clang: clang('14.0.6'), 'ld.lld': 'echo "LLD 14.0.6"' });
    expect(await findCompiler([folder.file('empty'), path], [])).toEqual({
      clang: join(path, 'clang'),
      linker: join(path, 'ld.lld'),
      version: 'Some clang version 14.0.6',
      linkerVersion: 'LLD 14.0.6',
    });
  });

  it('prefers the compiler of Homebrew to the one on the PATH', async () => {
    const keg = await install('keg', { clang: clang('19.1.0') });
    const lldKeg = await install('lld keg', { 'ld.lld': 'echo "LLD 19.1.0"' });
    const path = await install('mac', { clang: clang('15.0.0') });
    expect(await findCompiler([path], [keg, lldKeg])).toMatchObject({
      clang: join(keg, 'clang'),
      linker: join(lldKeg, 'ld.lld'),
    });
  });

  it('throws an error that names what is missing', async () => {
    const path = await install('no linker', { clang: clang('14.0.6') });
    await expect(findCompiler([path], [])).rejects.toThrow(zosiaError('ZOSIA_COMPILER_NOT_FOUND'));
    await expect(findCompiler([path], [])).rejects.toThrow('ld.lld');
    await expect(findCompiler([], [])).rejects.toThrow('clang');
  });

  it('throws for a compiler that does not run', async () => {
    const path = await install('broken', { clang: 'exit 1', 'ld.lld': 'echo "LLD 14.0.6"' });
    await expect(findCompiler([path], [])).rejects.toThrow(zosiaError('ZOSIA_COMPILER_NOT_FOUND'));
  });
});
