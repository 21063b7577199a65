import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { planFat } from '../../../src/formats/fat/plan.js';
import { planVmdk } from '../../../src/formats/vmdk/writer.js';
import { makeImage } from '../../../src/image/image.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { file as fatFile } from '../../formats/fat/layouts.js';
import { mbrDisk } from '../../formats/gpt/disks.js';
import { legacyCheckpoint, tokenizerFile } from '../../formats/llama2c/samples.js';
import { SMALL_TREE, cpioBytes, espDisk, ext4, file } from '../../inspect/samples.js';
import { CLI, zosia } from '../../support/cli.js';
import { imageBytes } from '../../support/images.js';
import { temporaryFolder } from '../../support/temporary.js';

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

  it('prints its files, small and large', async () => {
    expect(await run('cat', image, '/to-file')).toMatchObject({ stdout: 'deep', exitCode: 0 });
    const { stdout } = await run('cat', image, 'large');
    const digest = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
    expect(digest(stdout)).toBe(digest(large));
  });

  it('exits without an error when the reader closes the pipe', async () => {
    const child = spawn(process.execPath, [CLI, 'cat', folder.file(image), '/large']);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const [exitCode] = (await once(child, 'close')) as [number];
    expect(said).toBe('');
    expect(exitCode).toBe(0);
  });

  it('is extracted with all its files', async () => {
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

  it('is described by its parts', async () => {
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

  it('is drawn on a page, with the same bytes each time', async () => {
    const { stdout, stderr, exitCode } = await run('inspect', image, '--html', 'map.html');
    expect(stderr).toBe('wrote map.html\n');
    expect(stdout).toMatch(/^kind +ext4/);
    expect(exitCode).toBe(0);
    const page = await readFile(folder.file('map.html'), 'utf8');
    expect(page).toContain(`<h1><bdi>${image}</bdi></h1>`);
    expect(page).toContain('"/deep/er/file"');
    expect(page.includes('/large"')).toBe(true);
    await run('inspect', image, '--html', 'map.html');
    expect(await readFile(folder.file('map.html'), 'utf8')).toBe(page);
  });

  it('passes verification', async () => {
    const { stdout, stderr, exitCode } = await run('verify', image);
    expect(stderr).toBe('');
    expect(stdout).toContain(`${image}: clean`);
    expect(exitCode).toBe(0);
  });
});

describe('the page of a map', () => {
  it('does not overwrite its image or a file that the image consists of', async () => {
    // The manifest says which files outside of its folder a disk was written for.
    await writeFile(folder.file('zero-copy.vmdk.json'), '{}');
    for (const file of ['zero-copy.vmdk', 'zero-copy.img', 'large', 'zero-copy.vmdk.json']) {
      const before = await readFile(folder.file(file));
      const { stdout, stderr, exitCode } = await run('inspect', 'zero-copy.vmdk', '--html', file);
      expect(stderr).toBe(
        `error: ${file} is read, and would be replaced\n` +
          'hint:  That file is one of the inputs.\n',
      );
      expect([stdout, exitCode]).toEqual(['', 1]);
      expect((await readFile(folder.file(file))).equals(before)).toBe(true);
    }
    await rm(folder.file('zero-copy.vmdk.json'));
  });

  it('shows an initramfs', async () => {
    const bytes = await cpioBytes([{ type: 'file', path: '/in-it', mode: 0o644, data: large }]);
    await writeFile(folder.file('packed.cpio.gz'), gzipSync(bytes));
    const args = ['inspect', 'packed.cpio.gz', '--html', 'sub/map.html', '--json'];
    const { stdout, stderr, exitCode } = await run(...args);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'cpio' });
    expect([stderr, exitCode]).toEqual(['wrote sub/map.html\n', 0]);
    const page = await readFile(folder.file('sub/map.html'), 'utf8');
    expect(page).toContain('"packed with gzip"');
    expect(page).toContain('"/in-it"');
  });

  it('is not written when the image cannot be read', async () => {
    await writeFile(folder.file('cut.img'), (await imageBytes(ext4())).subarray(0, 3000));
    const { exitCode } = await run('inspect', 'cut.img', '--html', 'none.html');
    expect(exitCode).toBe(1);
    expect(await readdir(folder.path)).not.toContain('none.html');
  });
});

describe('a damaged image', () => {
  it('exits with status 1 after all its problems are printed', async () => {
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
    expect(json).toHaveProperty('problems[0].severity', 'error');
  });

  it('is reported when its model is incomplete', async () => {
    const bytes = await imageBytes(ext4([file('/model.gguf', 'GGUF')]));
    await writeFile(folder.file('model.img'), bytes);
    const { stdout, exitCode } = await run('verify', 'model.img');
    expect(stdout).toMatch(/^model-truncated: \/model\.gguf: /m);
    expect(exitCode).toBe(1);
  });
});

/** The same files on a bare FAT volume, behind a descriptor, and in an EFI system partition. */
describe.each(['fat.img', 'fat.vmdk', 'esp.img'])('%s', (image) => {
  const entries = [
    fatFile('/EFI/BOOT/BOOTX64.EFI', 'program'),
    { ...fatFile('/llama2.cfg', 'model=m.bin\ntokenizer=t.bin\n'), readOnly: true },
    fatFile('/m.bin', legacyCheckpoint()),
    fatFile('/t.bin', tokenizerFile(['a', 'b', 'c', 'd', 'e', 'f'])),
  ];

  beforeAll(async () => {
    const bare = planFat(entries, { label: 'ESP' });
    await writeRaw(bare, folder.file('fat.img'));
    await writeRaw(espDisk(entries), folder.file('esp.img'));
    const plan = planVmdk(bare, { metadataName: 'fat.img', extentName: () => 'none' });
    await writeFile(folder.file('fat.vmdk'), plan.descriptor);
  });

  it('is listed', async () => {
    const { stdout, stderr, exitCode } = await run('ls', '-lR', image);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'drwxr-xr-x   1     0     0            0 1980-01-01T00:00:00Z /EFI',
      'drwxr-xr-x   1     0     0            0 1980-01-01T00:00:00Z /EFI/BOOT',
      '-rw-r--r--   1     0     0            7 1980-01-01T00:00:00Z /EFI/BOOT/BOOTX64.EFI',
      '-r--r--r--   1     0     0           28 1980-01-01T00:00:00Z /llama2.cfg',
      '-rw-r--r--   1     0     0         4300 1980-01-01T00:00:00Z /m.bin',
      '-rw-r--r--   1     0     0           58 1980-01-01T00:00:00Z /t.bin',
    ]);
    const json: unknown = JSON.parse((await run('ls', '--json', image, '/efi/boot')).stdout);
    expect(json).toMatchObject([{ path: 'BOOTX64.EFI', type: 'file', sizeBytes: 7 }]);
  });

  it('prints and extracts its files', async () => {
    const answer = await run('cat', image, '/efi/BOOT/bootx64.efi');
    expect(answer).toMatchObject({ stdout: 'program', exitCode: 0 });
    const { stderr, exitCode } = await run('extract', image, '--out', `${image} out`);
    expect(stderr).toMatch(/extracted 4 files .*, 2 folders, 0 symlinks and 0 hard links into/);
    expect(exitCode).toBe(0);
    const extracted = await readFile(folder.file(`${image} out/m.bin`));
    expect(extracted.equals(legacyCheckpoint())).toBe(true);
  });

  it('is described by its parts', async () => {
    const { stdout, exitCode } = await run('inspect', image);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^kind +FAT\d\d/);
    expect(stdout).toMatch(/^label +ESP$/m);
    expect(stdout).toMatch(/^volume ID +[0-9A-F]{4}-[0-9A-F]{4}$/m);
    expect(stdout).toMatch(/^boot programs +BOOTX64\.EFI$/m);
    expect(stdout).toMatch(/^ +\d+ +\d+ {2}FAT 2$/m);
    expect(stdout).toMatch(/^ +\d+ +\d+ {2}file \/m\.bin$/m);
    if (image === 'esp.img') {
      expect(stdout).toMatch(/ in partition 1\n/);
      expect(stdout).toMatch(/^EFI system +yes$/m);
      expect(stdout).toMatch(
        /^ +1048576 +\d+ {2}partition 1 {2}FAT {2}c12a7328-.* {2}EFI system$/m,
      );
    }
    const json: unknown = JSON.parse((await run('inspect', image, '--json')).stdout);
    expect(json).toMatchObject({ kind: 'fat', fat: { label: 'ESP', state: 'clean' } });
  });

  it('passes verification', async () => {
    const { stdout, stderr, exitCode } = await run('verify', image);
    expect(stderr).toMatch(/^note: FAT has no checksums, .*\n$/);
    expect(stdout).toMatch(/^structure: +4 files, 3 directories, \d+ of \d+ clusters in use$/m);
    expect(stdout).toMatch(
      /^model: +\/m\.bin, 4\.2 KiB, 13 tensors, whole; \/t\.bin has its 6 tokens$/m,
    );
    expect(stdout).toContain(`${image}: clean`);
    expect(exitCode).toBe(0);
  });
});

describe('a disk with several file systems', () => {
  it('is described by its partition table, and other commands ask for a partition', async () => {
    const disk = mbrDisk([planFat([fatFile('/a', 'fat')]), ext4()]);
    await writeRaw(disk, folder.file('both.img'));
    const { stdout, exitCode } = await run('inspect', 'both.img');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^kind +disk with an MBR$/m);
    expect(stdout).toMatch(/partition 1 {2}FAT {2}83\n.*partition 2 {2}ext4 {2}83\n/);
    expect(stdout).toMatch(/has a file system in each of the partitions 1 \(FAT\), 2 \(ext4\)\n$/);
    for (const args of [['ls'], ['cat'], ['extract', '--out', 'x']]) {
      const [command = '', ...more] = args;
      const path = command === 'cat' ? ['/a'] : [];
      const answer = await run(command, 'both.img', ...path, ...more);
      expect(answer).toMatchObject({ exitCode: 1, stdout: '' });
      expect(answer.stderr).toMatch(
        /1 \(FAT\), 2 \(ext4\)\nhint: {2}Say which one with --partition N/,
      );
    }
    expect((await run('cat', 'both.img', '/a', '--partition', '1')).stdout).toBe('fat');
  });
});

describe('verifying a disk with several file systems', () => {
  it('checks each of them, and names the partition of each problem', async () => {
    const disk = await imageBytes(mbrDisk([planFat([fatFile('/a', 'fat')]), ext4()]));
    await writeFile(folder.file('each.img'), disk);
    const clean = await run('verify', 'each.img');
    expect(clean.exitCode).toBe(0);
    expect(clean.stderr).toMatch(/^note: partition 1: FAT has no checksums, .*\n$/);
    expect(clean.stdout).toMatch(
      /^partition 1:\nstructure: +1 file, 1 directory, .*\npartition 2:\nstructure: .*\nsecond reader: .*\neach\.img: clean\n$/,
    );
    const json = JSON.parse((await run('verify', 'each.img', '--json')).stdout) as unknown;
    expect(json).toMatchObject({
      kind: 'partitions',
      problemCount: 0,
      partitions: [
        { number: 1, kind: 'fat', structure: { fileCount: 1 } },
        { number: 2, kind: 'ext4', structure: { hasChecksums: true } },
      ],
    });
    expect((await run('verify', 'each.img', '--partition', '1')).stdout).not.toContain('partition');

    const superblock = disk.findLastIndex((byte, at) => byte === 0x53 && disk[at + 1] === 0xef);
    disk[superblock + 0x20]! ^= 0xff;
    await writeFile(folder.file('each.img'), disk);
    const { stdout, exitCode } = await run('verify', 'each.img');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^[a-z-]+: partition 2, superblock: /m);
  });
});

describe('an initramfs', () => {
  it('is listed, described, read, extracted and verified', async () => {
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
    expect(await run('verify', 'initramfs')).toMatchObject({
      exitCode: 0,
      stderr: 'note: 1 of the files have no checksum: their contents may have changed\n',
      stdout: [
        'structure:     1 file, 2 directories, 0 symlinks, 0 special files, 2 members in 1 archive, 512 B',
        'second reader: 2 members read the same, 5 B',
        'initramfs: clean\n',
      ].join('\n'),
    });
  });

  it('is verified up to the damage, and the exit status is 1', async () => {
    const whole = await cpioBytes([
      { type: 'file', path: '/model.gguf', mode: 0o644, data: Buffer.from('GGUF') },
    ]);
    await writeFile(folder.file('whole'), whole);
    expect(await run('verify', 'whole')).toMatchObject({ exitCode: 1 });
    await writeFile(folder.file('damaged'), Buffer.concat([whole, Buffer.from('junk')]));
    const { exitCode, stdout } = await run('verify', 'damaged');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^archive-garbage: byte 512: .*: the kernel stops there$/m);
    expect(stdout).toMatch(/^damaged: 1 problem$/m);
    const json = JSON.parse((await run('verify', 'damaged', '--json')).stdout) as unknown;
    expect(json).toMatchObject({
      kind: 'cpio',
      problemCount: 1,
      structure: { memberCount: 1 },
      problems: [{ check: 'structure', code: 'archive-garbage' }],
    });
  });
});

describe('a mistake in a command that looks into images', () => {
  it.each([
    [['cat', 'raw.img', '/absent'], /absent/],
    [['cat', 'raw.img', '/deep'], /is a directory/],
    [['ls', 'raw.img', '/deep/none'], /deep\/none/],
    [['ls', 'raw.img', '--partition', '1'], /no partition table/],
    [['ls', 'disk.img', '--partition', '2'], /no partition 2/],
    [['inspect', 'large'], /nothing that zosia can look into/],
    [['inspect', '.'], /not a regular file/],
  ])('prints one line and a hint: %j', async (args, message) => {
    const { stdout, stderr, exitCode } = await run(...args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: .*\nhint: {2}\S.*\n$/);
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
  });

  it('exits with status 2 for wrong usage', async () => {
    expect(await run('extract', 'raw.img')).toMatchObject({ exitCode: 2 });
    expect(await run('ls', 'raw.img', '--partition', '0')).toMatchObject({ exitCode: 2 });
  });
});
