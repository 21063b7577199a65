import { createReadStream } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { extract } from 'cpio-stream';
import type { CpioHeader } from 'cpio-stream';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCpio } from '../../src/formats/cpio/reader.js';
import { fileData } from '../../src/image/file-data.js';
import { decompressWhole } from '../../src/formats/compression/decompress.js';
import { sha256 } from '../../src/image/sha256.js';
import { accessBytes } from '../../src/image/random-access.js';
import { CLI, zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { e2fsck, readWithLibext2fs, withLibext2fs } from './ext4/programs.js';

const MAX_INITRAMFS_BYTES = 256 << 20;

/** Paths of an archive's members and the digests of its files, as cpio-stream sees them. */
async function readWithCpioStream(path: string): Promise<Map<string, string>> {
  const members = new Map<string, string>();
  const archive = extract();
  archive.on('entry', (header: CpioHeader, stream: NodeJS.ReadableStream, next: () => void) => {
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('end', () => {
      members.set(header.name, sha256(Buffer.concat(pieces)));
      next();
    });
  });
  await new Promise((resolve, reject) => {
    archive.on('finish', resolve).on('error', reject);
    createReadStream(path).pipe(createGunzip()).on('error', reject).pipe(archive);
  });
  return members;
}

describe.each(['aarch64', 'x86_64'])('the %s initramfs', (arch) => {
  const folder = temporaryFolder();
  let path = '';
  let bytes: Uint8Array;
  const names = ['init', 'dev/console', 'etc/zosia/modules', 'usr/bin/llama-cli'];
  beforeAll(async () => {
    const made = await zosia(['image', 'initramfs', '--arch', arch], { cwd: folder.path });
    expect(made.exitCode).toBe(0);
    path = join(folder.path, 'artifacts', arch, 'initramfs.cpio.gz');
    bytes = await decompressWhole('gzip', await readFile(path), { maxBytes: MAX_INITRAMFS_BYTES });
  });

  it('is listed by GNU cpio and by bsdtar', async () => {
    const cpio = await execa('cpio', ['-it', '--quiet'], { input: bytes });
    const bsdtar = await execa('bsdtar', ['-tf', path]);
    for (const name of names) {
      expect(cpio.stdout.split('\n')).toContain(name);
      expect(bsdtar.stdout.split('\n')).toContain(name);
    }
  });

  it('holds for cpio-stream the very files that it holds for us', async () => {
    const theirs = await readWithCpioStream(path);
    const ours = new Map<string, string>();
    for await (const member of readCpio(accessBytes(bytes))) {
      const { offset, sizeBytes } = member;
      const isFile = member.type === 'file';
      const data = isFile ? bytes.subarray(offset, offset + sizeBytes) : undefined;
      ours.set(member.path, data ? sha256(data) : '');
    }
    const files = [...ours].filter(([, digest]) => digest !== '');
    expect(files.length).toBeGreaterThan(30);
    for (const [name, digest] of files) {
      expect([name, theirs.get(name.replace(/^\//, ''))]).toEqual([name, digest]);
    }
  });
});

describe('what is built', () => {
  const folder = temporaryFolder();

  it('is a model disk that e2fsck finds clean and libext2fs reads back', async () => {
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

  it('is the same whatever the umask, time zone, locale and folder', async () => {
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
      const built = ['aarch64/Image', 'aarch64/initramfs.cpio.gz', 'model-disk/model.ext4.img'];
      const files = built.flatMap((file) => [file, `${file}.json`]);
      const contents = await Promise.all(
        files.map(async (file) => sha256(await readFile(join(cwd, 'artifacts', file)))),
      );
      digests.push(contents.join(' '));
    }
    expect(digests[1]).toBe(digests[0]);
  });
});
