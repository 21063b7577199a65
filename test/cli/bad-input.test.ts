import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { relative } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';

/** What every mistake of a user gets: one line that says what is wrong, one that says what to do. */
async function expectMistake(
  args: readonly string[],
  message: RegExp,
  options: { cwd: string; env?: Record<string, string> },
): Promise<void> {
  const { stdout, stderr, exitCode } = await zosia(args, options);
  const lines = stderr.trimEnd().split('\n');
  expect(lines[0]).toMatch(message);
  expect(lines[0]).toMatch(/^error: /);
  expect(lines[1]).toMatch(/^hint: {2}\S/);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stdout).toBe('');
  expect(exitCode).toBe(1);
}

describe('a mistake in the arguments', () => {
  const folder = temporaryFolder();

  it.each([
    [['up', '--frobnicate'], /unknown option '--frobnicate'/],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['up', 'm.gguf', '--ram', 'lots'], /whole number/],
    [['up', 'm.gguf', '--temp', '-1'], /from 0 to 100/],
    [['image', 'model', 'm.gguf', '--format', 'qcow2'], /raw, vmdk/],
    [['fetch', 'everything'], /kernel, llama/],
    ...[['up', 'm.gguf'], ['run'], ['run', 'efi'], ['fetch'], ['doctor'], ['build', 'guest']].map(
      (words): [string[], RegExp] => [[...words, '--arch', 'riscv64'], /'riscv64' is invalid/],
    ),
    [['model', 'convert', 'x.bin'], /--out/],
  ])('exits with status 2: %j', async (args, message) => {
    const { stdout, stderr, exitCode } = await zosia(args, { cwd: folder.path });
    expect(stderr).toMatch(message);
    expect(stderr).toContain('--help');
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });
});

describe('a model that cannot be used', () => {
  const folder = temporaryFolder();
  beforeAll(async () => {
    await writeFile(folder.file('empty.gguf'), '');
    await writeFile(
      folder.file('text.gguf'),
      'This is a story about a girl named Lily.\n'.repeat(9),
    );
    await mkdir(folder.file('folder.gguf'));
  });

  it.each([
    ['nowhere.gguf', /no model nowhere\.gguf/],
    ['empty.gguf', /empty/],
    ['text.gguf', /not a GGUF|GGUF/],
    ['folder.gguf', /folder\.gguf is a folder, not a regular file/],
  ])('rejects %s', async (name, message) => {
    await expectMistake(['up', name], message, { cwd: folder.path });
    await expectMistake(['image', 'model', name], message, { cwd: folder.path });
    await expectMistake(['model', 'info', name], message, { cwd: folder.path });
    expect((await readdir(folder.path)).sort()).toEqual(['empty.gguf', 'folder.gguf', 'text.gguf']);
  });

  it('rejects an empty name', async () => {
    await expectMistake(['up', ''], /name is empty/, { cwd: folder.path });
  });
});

describe('a path that does not lead to a regular file', () => {
  const folder = temporaryFolder();
  const server = createServer();
  beforeAll(async () => {
    await mkdir(folder.file('folder'));
    await execa('mkfifo', [folder.file('fifo')]);
    // Relative, since a socket's path may have a hundred bytes or so.
    const socket = relative(process.cwd(), folder.file('socket'));
    const path = [socket, folder.file('socket')].sort((a, b) => a.length - b.length)[0];
    await once(server.listen(path), 'listening');
  });
  afterAll(() => {
    server.close();
  });

  const ANY = /^error: .*(regular file|a folder|a device)/;

  it.each(['folder', 'socket', '/dev/null', '/dev/zero'])('rejects %s', async (name) => {
    for (const args of [['inspect'], ['run', '--disk']]) {
      await expectMistake([...args, name], ANY, { cwd: folder.path });
    }
  });

  // An open of one waits for somebody who writes to it.
  it.each([
    [['up']],
    [['image', 'model']],
    [['inspect']],
    [['run', '--disk']],
    [['run', '--kernel']],
    [['up', EMBEDDED_MODEL, '--chat-template']],
    [['image', 'model', EMBEDDED_MODEL, '--out']],
  ])('rejects a FIFO: %j', async (args) => {
    await expectMistake([...args, 'fifo'], ANY, { cwd: folder.path });
  });
});

describe('a valid model in a place where it cannot be used', () => {
  const folder = temporaryFolder();

  it('is reported as truncated when it is cut short', async () => {
    const bytes = await readFile(EMBEDDED_MODEL);
    await writeFile(folder.file('short.gguf'), bytes.subarray(0, bytes.length - 1));
    await expectMistake(['up', 'short.gguf'], /1[ ,.]?613[ ,.]?\d{3}|truncated|short/, {
      cwd: folder.path,
    });
  });

  it('is not copied to a path that cannot be written', async () => {
    await writeFile(folder.file('file'), '');
    for (const format of ['raw', 'vmdk']) {
      const out = folder.file(`file/disk-${format}`);
      await expectMistake(
        ['image', 'model', EMBEDDED_MODEL, '--format', format, '--out', out],
        /cannot be written|is a folder/,
        { cwd: folder.path },
      );
    }
    await expectMistake(
      ['image', 'model', EMBEDDED_MODEL, '--out', folder.path],
      /cannot be written|is a folder/,
      {
        cwd: folder.path,
      },
    );
  });

  it('is rejected as a disk', async () => {
    await expectMistake(['run', '--disk', EMBEDDED_MODEL], /is a model, not a disk/, {
      cwd: folder.path,
    });
  });

  it.each(['nbd://127.0.0.1:1/x', 'json:{"driver":"null-co"}', 'fat:/etc'])(
    'is rejected as a VMDK whose descriptor refers QEMU to %s',
    async (name) => {
      const descriptor = [
        '# Disk DescriptorFile',
        'version=1',
        'CID=00000001',
        'parentCID=ffffffff',
        'createType="twoGbMaxExtentFlat"',
        `RW 2048 FLAT "${name}" 0`,
        '',
      ].join('\n');
      await writeFile(folder.file('hostile.vmdk'), descriptor);
      await expectMistake(['run', '--disk', 'hostile.vmdk'], /VMDK|vmdk|refer/, {
        cwd: folder.path,
      });
    },
  );

  it('cannot be run without QEMU', async () => {
    const env = { PATH: folder.path };
    await expectMistake(['up', EMBEDDED_MODEL], /QEMU|qemu-system/, { cwd: folder.path, env });
  });
});
