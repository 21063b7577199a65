import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLlamaFolder } from '../../src/recipes/llama-folder.js';
import { DT, buildElf } from '../formats/elf/build.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

const dynamic = (...needed: string[]): Uint8Array =>
  buildElf({
    interpreter: '/lib/ld-linux-aarch64.so.1',
    dynamic: needed.map((name) => [DT.needed, name] as const),
  });
const library = (...needed: string[]): Uint8Array =>
  buildElf({ dynamic: needed.map((name) => [DT.needed, name] as const) });
const STATIC = buildElf({ dynamic: [] });

async function folderOf(name: string, files: Record<string, Uint8Array | string>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    const target = folder.file(`${name}/${path}`);
    await mkdir(dirname(target), { recursive: true });
    if (typeof content === 'string') await symlink(content, target);
    else await writeFile(target, content);
  }
  return folder.file(name);
}

const pathsOf = async (name: string, arch: 'aarch64' | 'x86_64' = 'aarch64') =>
  (await readLlamaFolder(folder.file(name), arch)).entries.map(({ path }) => path);

describe('readLlamaFolder', () => {
  it.each([
    ['in bin', 'bin/'],
    ['in the folder itself', ''],
  ])('takes static programs %s, and nothing else', async (name, place) => {
    await folderOf(name, {
      [`${place}llama-cli`]: STATIC,
      [`${place}llama-completion`]: STATIC,
      [`${place}llama-server`]: STATIC,
      [`${place}llama-bench`]: STATIC,
      [`${place}libggml-cpu-fast.so`]: library(),
      'lib/libc.so.6': library(),
    });
    expect(await pathsOf(name)).toEqual([
      '/usr/bin/llama-cli',
      '/usr/bin/llama-completion',
      '/usr/bin/llama-server',
    ]);
  });

  it('takes the loader and the libraries of others, and backends that nothing names', async () => {
    const path = await folderOf('dynamic ones', {
      'bin/llama-cli': dynamic('libllama.so.0', 'libc.so.6'),
      'bin/llama-completion': dynamic('libc.so.6'),
      'bin/llama-server': dynamic('libc.so.6'),
      'bin/libggml-cpu-fast.so': library('libgomp.so.1'),
      'bin/unused.so': library(),
      'bin/libllama.so.0': library('libc.so.6'),
      'lib/libgomp.so.1': library(),
      'lib64/ld-linux-aarch64.so.1': library(),
      'lib/libc.so.6': 'libc-2.so',
      'lib/libc-2.so': library(),
    });
    const { entries, inputs } = await readLlamaFolder(path, 'aarch64');
    expect(entries.map((entry) => entry.path).sort()).toEqual([
      '/lib',
      '/lib64',
      '/usr/bin/libggml-cpu-fast.so',
      '/usr/bin/llama-cli',
      '/usr/bin/llama-completion',
      '/usr/bin/llama-server',
      '/usr/lib/ld-linux-aarch64.so.1',
      '/usr/lib/libc.so.6',
      '/usr/lib/libgomp.so.1',
      '/usr/lib/libllama.so.0',
      '/usr/lib64',
    ]);
    // A library that is a link on the host is a file in the guest, and counts as what it holds.
    expect(inputs.map(({ name }) => name).sort()).toEqual(
      entries.flatMap((entry) => (entry.type === 'file' ? [entry.path] : [])).sort(),
    );
  });

  it('names every library that is missing, each once', async () => {
    const path = await folderOf('lacking', {
      'bin/llama-cli': dynamic('liba.so', 'libb.so'),
      'bin/llama-completion': dynamic('liba.so'),
      'bin/llama-server': dynamic('liba.so'),
      'lib/libb.so': library('libc.so.6'),
    });
    const failure = readLlamaFolder(path, 'aarch64');
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_LIBRARY_MISSING'));
    await expect(failure).rejects.toThrow(/: ld-linux-aarch64\.so\.1, liba\.so, libc\.so\.6$/);
  });

  it("takes a worker's program alone for a worker", async () => {
    const path = await folderOf('for a worker', {
      'bin/ggml-rpc-server': STATIC,
      'bin/llama-server': STATIC,
    });
    const { entries } = await readLlamaFolder(path, 'aarch64', 'worker');
    expect(entries.map((entry) => entry.path)).toEqual(['/usr/bin/ggml-rpc-server']);
    await folderOf('no worker', { 'llama-server': STATIC });
    await expect(readLlamaFolder(folder.file('no worker'), 'aarch64', 'worker')).rejects.toThrow(
      /lacks ggml-rpc-server$/,
    );
  });

  it('refuses programs, and libraries, of another architecture', async () => {
    const path = await folderOf('other', {
      'llama-cli': STATIC,
      'llama-completion': STATIC,
      'llama-server': STATIC,
    });
    const failure = readLlamaFolder(path, 'x86_64');
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_LLAMA_FOLDER'));
    await expect(failure).rejects.toThrow('llama-cli is for aarch64, not for x86_64');
  });

  it('refuses a folder that lacks one of them, or is none', async () => {
    await folderOf('half', {
      ...{ 'bin/llama-cli': STATIC, 'bin/llama-completion': STATIC },
      'llama-server': STATIC,
    });
    for (const name of ['half', 'nowhere']) {
      const failure = pathsOf(name);
      await expect(failure).rejects.toThrow(zosiaError('ZOSIA_LLAMA_FOLDER'));
      await expect(failure).rejects.toThrow(
        'lacks one of llama-cli, llama-completion and llama-server',
      );
    }
  });

  it('refuses what is no program, and what is too large to be one', async () => {
    await folderOf('text', {
      'llama-cli': Buffer.from('#!/bin/sh\n'),
      'llama-completion': STATIC,
      'llama-server': STATIC,
    });
    await expect(pathsOf('text')).rejects.toThrow(zosiaError('ZOSIA_ELF_INVALID'));
    await truncate(folder.file('text/llama-cli'), 2 ** 30 + 1);
    await expect(pathsOf('text')).rejects.toThrow('has more than 1 GiB');
  });
});
