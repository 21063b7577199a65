import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { fileData } from '../../src/image/file-data.js';
import { sha256 } from '../../src/image/sha256.js';
import { CLI, zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { e2fsck, readWithLibext2fs, withLibext2fs } from './ext4/programs.js';

describe.each(['aarch64', 'x86_64'])('the %s initramfs', (arch) => {
  const folder = temporaryFolder();
  let path = '';
  let bytes: Uint8Array;
  const names = ['init', 'dev/console', 'etc/zosia/modules', 'usr/bin/llama-cli'];
  beforeAll(async () => {
    const made = await zosia(['image', 'initramfs', '--arch', arch], { cwd: folder.path });
    expect(made.exitCode).toBe(0);
    path = join(folder.path, 'artifacts', arch, 'initramfs.cpio');
    bytes = await readFile(path);
  });

  it('is listed by GNU cpio and by bsdtar', async () => {
    const cpio = await execa('cpio', ['-it', '--quiet'], { input: bytes });
    const bsdtar = await execa('bsdtar', ['-tf', path]);
    for (const name of names) {
      expect(cpio.stdout.split('\n')).toContain(name);
      expect(bsdtar.stdout.split('\n')).toContain(name);
    }
  });

  it('is verified without problems or warnings by zosia and cpio-stream', async () => {
    const { stdout } = await zosia(['verify', path, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ problems: [], warnings: [] });
  });
});

describe('zosia image', () => {
  const folder = temporaryFolder();

  it('writes a model disk that e2fsck finds clean and libext2fs reads back', async () => {
    const disk = folder.file('model.img');
    expect((await zosia(['image', 'model', EMBEDDED_MODEL, '--out', disk])).exitCode).toBe(0);
    expect(e2fsck(disk)).toMatchObject({ status: 0 });
    const expected = await readFile(EMBEDDED_MODEL);
    const image = fileData(disk, (await stat(disk)).size);
    const content = await withLibext2fs(image, (fileSystem) =>
      readWithLibext2fs(fileSystem, '/model.gguf', expected.length + 1),
    );
    expect(sha256(content)).toBe(sha256(expected));
  });

  it('writes the same bytes whatever the umask, time zone, locale and folder', async () => {
    const digests: string[] = [];
    for (const [name, umask, env] of [
      ['one', '022', { TZ: 'UTC', LC_ALL: 'C' }],
      ['zwei ü', '077', { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8' }],
    ] as const) {
      const cwd = folder.file(name);
      await mkdir(cwd);
      for (const args of [
        ['image', 'initramfs', '--arch', 'aarch64'],
        ['image', 'model', EMBEDDED_MODEL, '--format', 'raw'],
        ['model', 'info', EMBEDDED_MODEL],
      ]) {
        const command = [
          'umask "$1"; shift; exec "$@"',
          'sh',
          umask,
          process.execPath,
          CLI,
          ...args,
        ];
        await execa('/bin/sh', ['-c', ...command], { cwd, env });
      }
      const built = ['aarch64/Image', 'aarch64/initramfs.cpio', 'model-disk/model.ext4.img'];
      const files = built.flatMap((file) => [file, `${file}.json`]);
      const contents = await Promise.all(
        files.map(async (file) => sha256(await readFile(join(cwd, 'artifacts', file)))),
      );
      digests.push(contents.join(' '));
    }
    expect(digests[1]).toBe(digests[0]);
  });
});
