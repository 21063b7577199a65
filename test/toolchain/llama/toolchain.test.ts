import { describe, expect, it } from 'vitest';
import type { Builder, Ran } from '../../../src/toolchain/builder.js';
import { findLlamaToolchain } from '../../../src/toolchain/llama/toolchain.js';
import { zosiaError } from '../../support/errors.js';

/** A builder whose programs say what they are told to, by command line. */
const builderOf = (answer: (command: string) => string | undefined): Builder => ({
  kind: 'host',
  folder: '/nowhere',
  run: (program, args): Promise<Ran> => {
    const output = answer([program, ...args].join(' '));
    const failed = output === undefined;
    return Promise.resolve({ failed, reason: failed ? 'ENOENT' : undefined, output: output ?? '' });
  },
  capacity: () => Promise.resolve({ processors: 1 }),
  write: () => Promise.reject(new Error('nothing is to be written')),
  copy: () => Promise.reject(new Error('nothing is to be copied')),
  read: () => Promise.reject(new Error('nothing is to be read')),
});

const usual = (libc: string) => (command: string) => {
  // Nothing is missing.
  if (command.startsWith('sh ')) return '';
  if (command.endsWith('--version')) return `${command.split(' ')[0]!} (Debian) 12.2.0\nmore\n`;
  const [, library] = /-print-file-name=(.*)$/.exec(command) ?? [];
  if (library !== undefined) return `/usr/lib/${library}\n`;
  const [, path] = /^cmake -E sha256sum (.*)$/.exec(command) ?? [];
  return path === undefined ? undefined : `${path.endsWith('libc.a') ? libc : path}  ${path}\n`;
};

describe('findLlamaToolchain', () => {
  it('finds the compiler of an architecture, and tells libraries apart by their bytes', async () => {
    const found = await findLlamaToolchain(builderOf(usual('a')), 'aarch64');
    expect(found).toMatchObject({
      cCompiler: 'aarch64-linux-gnu-gcc',
      cxxCompiler: 'aarch64-linux-gnu-g++',
      compiler: 'aarch64-linux-gnu-g++ (Debian) 12.2.0',
      linker: 'aarch64-linux-gnu-ld (Debian) 12.2.0',
    });
    expect(await findLlamaToolchain(builderOf(usual('a')), 'aarch64')).toEqual(found);
    const other = await findLlamaToolchain(builderOf(usual('b')), 'aarch64');
    expect(other.librariesSha256).not.toBe(found.librariesSha256);
  });

  it.each([
    [
      'no compiler',
      (command: string) => (command.startsWith('sh ') ? 'x86_64-linux-gnu-g++\n' : undefined),
      'not installed: x86_64-linux-gnu-g++',
    ],
    [
      'no static library',
      (command: string) => (command.includes('libgomp.a') ? 'libgomp.a\n' : usual('a')(command)),
      'not installed: libgomp.a of x86_64-linux-gnu-g++',
    ],
    [
      'a static library that cannot be read',
      (command: string) =>
        command.startsWith('cmake') && command.endsWith('libm.a') ? undefined : usual('a')(command),
      'not installed: libm.a of x86_64-linux-gnu-g++',
    ],
  ])('says how to get it where there is %s', async (_name, answer, message) => {
    const failure = findLlamaToolchain(builderOf(answer), 'x86_64');
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_COMPILER_NOT_FOUND'));
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({
      hint: expect.stringContaining('zosia doctor --install --for llama --arch x86_64') as string,
    });
  });
});
