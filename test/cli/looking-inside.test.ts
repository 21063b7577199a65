import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open, readFile, readdir, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { planVmdk } from '../../src/formats/vmdk/writer.js';
import { makeImage } from '../../src/image/image.js';
import { writeRaw } from '../../src/image/raw-writer.js';
import { mbrDisk } from '../formats/gpt/disks.js';
import { SMALL_TREE, cpioBytes, ext4, file } from '../inspect/samples.js';
import { CLI, zosia } from '../support/cli.js';
import { imageBytes } from '../support/images.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const LARGE_BYTES = 5 << 20;
const large = Buffer.alloc(LARGE_BYTES, 'a line of thirty-two characters\n');

/** The same files as a raw image, behind a descriptor, and in a partition of a disk. */
const KINDS = ['raw.img', 'zero-copy.vmdk', 'disk.img'] as const;

beforeAll(async () => {
  await writeFile(folder.file('large'), large);
  const source = { kind: 'file', path: folder.file('large'), offset: 0 } as const;
  const data = makeImage(LARGE_BYTES, [{ offset: 0, length: LARGE_BYTES, source }]);
  const image = ext4([...SMALL_TREE, { type: 'file', path: '/large', data }]);
  await writeRaw(image, folder.file('raw.img'));
  await writeRaw(mbrDisk([image]), folder.file('disk.img'));
  const plan = planVmdk(image, { metadataName: 'zero-copy.img', extentName: () => 'large' });
  await writeRaw(plan.metadata, folder.file('zero-copy.img'));
  await writeFile(folder.file('zero-copy.vmdk'), plan.descriptor);
});

const run = (...args: string[]) => zosia(args, { cwd: folder.path });

describe.each(KINDS)('%s', (image) => {
  it('is listed', async () => {
    const { stdout, stderr, exitCode } = await run('ls', '-l', image);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toContain('-rw-r-----   2     0     0            6 1970-01-01T00:00:00Z hello');
    expect(lines).toContainEqual(expect.stringMatching(/^crw-r--r-- .* 5, 1 .* console$/));
    expect(lines).toContainEqual(expect.stringMatching(/^lrwxrwxrwx .* to-folder -> \/deep$/));
    expect((await run('ls', '-R', image, 'to-folder')).stdout).toBe(
      '/to-folder/er\n/to-folder/er/file\n/to-folder/linked\n',
    );
    const json: unknown = JSON.parse((await run('ls', '--json', image, '/deep')).stdout);
    expect(json).toMatchObject([
      { path: 'er', type: 'directory' },
      { path: 'linked', type: 'file', mode: '0640', sizeBytes: 6, linkCount: 2 },
    ]);
  });

  it('gives its files, small and large', async () => {
    expect(await run('cat', image, '/to-file')).toMatchObject({ stdout: 'deep', exitCode: 0 });
    const { stdout } = await run('cat', image, 'large');
    const digest = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
    expect(digest(stdout)).toBe(digest(large));
  });

  it('ends quietly when nobody reads on', async () => {
    const child = spawn(process.execPath, [CLI, 'cat', folder.file(image), '/large']);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const [exitCode] = (await once(child, 'close')) as [number];
    expect(said).toBe('');
    expect(exitCode).toBe(0);
  });

  it('is extracted', async () => {
    const out = `${image} out`;
    const { stdout, stderr, exitCode } = await run('extract', image, '--out', out);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/left out \/console, a character-device/);
    expect(stderr).toMatch(/extracted 3 files \(5\.0 MiB\), 3 folders, 4 symlinks and 1 hard link/);
    expect(exitCode).toBe(0);
    expect((await readFile(folder.file(`${out}/large`))).equals(large)).toBe(true);

    const again = await run('extract', image, '--out', out);
    expect(again).toMatchObject({ exitCode: 1, stdout: '' });
    expect(again.stderr).toMatch(
      /exists already\nhint: {2}Replace what is in the way with --force/,
    );
    expect((await run('extract', image, '--out', out, '--force')).exitCode).toBe(0);
    expect(await readdir(folder.file(out))).not.toContainEqual(expect.stringMatching(/\.tmp$/));
  });

  it('is described', async () => {
    const { stdout, exitCode } = await run('inspect', image);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^kind +ext4/);
    expect(stdout).toMatch(/^label +LOOK$/m);
    expect(stdout).toMatch(/^ +\d+ +5242880 {2}file \/large$/m);
    const json: unknown = JSON.parse((await run('inspect', image, '--json')).stdout);
    expect(json).toMatchObject({
      kind: 'ext4',
      container: image.endsWith('.vmdk') ? 'vmdk' : 'raw',
      ext4: { label: 'LOOK', blockSizeBytes: 1024, freeBlockCount: 0, hasChecksums: true },
    });
  });

  it('is verified', async () => {
    const { stdout, stderr, exitCode } = await run('verify', image);
    expect(stderr).toBe('');
    expect(stdout).toContain(`${image}: clean`);
    expect(exitCode).toBe(0);
  });
});

describe('a damaged image', () => {
  it('has every problem printed, and is exit status 1', async () => {
    await writeFile(folder.file('damaged.img'), await imageBytes(ext4()));
    const damaged = await open(folder.file('damaged.img'), 'r+');
    await damaged.write(Buffer.from('damage'), 0, 6, 2048);
    await damaged.close();
    const { stdout, exitCode } = await run('verify', 'damaged.img');
    expect(stdout).toMatch(/^descriptor-checksum: group 0: its checksum does not match/m);
    expect(stdout).toMatch(/^damaged\.img: \d+ problems?$/m);
    expect(exitCode).toBe(1);
    const json = JSON.parse((await run('verify', 'damaged.img', '--json')).stdout) as unknown;
    expect(json).toHaveProperty('problems[0].check', 'structure');
    expect(json).toHaveProperty('problems[0].where', 'group 0');
  });

  it('with a model that is not whole says so', async () => {
    const bytes = await imageBytes(ext4([file('/model.gguf', 'GGUF')]));
    await writeFile(folder.file('model.img'), bytes);
    const { stdout, exitCode } = await run('verify', 'model.img');
    expect(stdout).toMatch(/^model-truncated: \/model\.gguf: /m);
    expect(exitCode).toBe(1);
  });
});

describe('an initramfs', () => {
  it('is listed, described, read and extracted, but not verified', async () => {
    const archive = await cpioBytes([
      { type: 'directory', path: '/etc', mode: 0o755 },
      { type: 'file', path: '/etc/name', mode: 0o644, data: Buffer.from('zosia') },
    ]);
    await writeFile(folder.file('initramfs'), archive);
    expect((await run('ls', '-R', 'initramfs')).stdout).toBe('/etc\n/etc/name\n');
    expect((await run('cat', 'initramfs', '/etc/name')).stdout).toBe('zosia');
    expect((await run('inspect', 'initramfs')).stdout).toMatch(/^members +2$/m);
    expect((await run('extract', 'initramfs', '--out', 'guest')).exitCode).toBe(0);
    expect(await readFile(folder.file('guest/etc/name'), 'utf8')).toBe('zosia');
    expect(await run('verify', 'initramfs')).toMatchObject({ exitCode: 1, stdout: '' });
  });
});

describe('a mistake', () => {
  it.each([
    [['cat', 'raw.img', '/absent'], /absent/],
    [['cat', 'raw.img', '/deep'], /is a directory/],
    [['ls', 'raw.img', '/deep/none'], /deep\/none/],
    [['ls', 'raw.img', '--partition', '1'], /no partition table/],
    [['ls', 'disk.img', '--partition', '2'], /no partition 2/],
    [['inspect', 'large'], /nothing that zosia can look into/],
    [['inspect', '.'], /not a regular file/],
  ])('is one line and a hint: %j', async (args, message) => {
    const { stdout, stderr, exitCode } = await run(...args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: .*\nhint: {2}\S.*\n$/);
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
  });

  it('in the usage is exit status 2', async () => {
    expect(await run('extract', 'raw.img')).toMatchObject({ exitCode: 2 });
    expect(await run('ls', 'raw.img', '--partition', '0')).toMatchObject({ exitCode: 2 });
  });
});
