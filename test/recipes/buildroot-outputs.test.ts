import { readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { openBase } from '../../src/recipes/base.js';
import { zosia } from '../support/cli.js';
import { describeWithPrograms } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';
import { bzImage, image, makeOutput, rootfs } from './buildroot-output.js';

const folder = temporaryFolder();
const output = (files: Readonly<Record<string, Uint8Array>>) => makeOutput(folder, files);
const some = Buffer.from('something');

describe('what Buildroot leaves in its output', () => {
  it('is taken from among all the rest, from the folder that it was built in, too', async () => {
    const { at, fetch } = await output({
      '.config': some,
      'images/bzImage': bzImage(),
      'images/vmlinux': some,
      'images/rootfs.ext2': some,
      'images/rootfs.tar': some,
      'images/rootfs.cpio.gz': some,
      'images/start-qemu.sh': some,
      'build/linux-6.6/vmlinux': some,
      'build/linux-6.6/arch/x86/boot/bzImage': bzImage(),
      'legal-info/manifest.csv': some,
      'target/usr/bin/bzImage': some,
    });
    await symlink('rootfs.ext2', join(at, 'output/images/rootfs.ext4'));
    const expected = { kernel: { name: 'bzImage' }, rootfs: { name: 'rootfs.cpio.gz' }, notes: [] };
    expect(await fetch()).toMatchObject(expected);
    // The same, as its origin is another.
    expect(await fetch({ from: at })).toMatchObject(expected);
  });

  it.each([
    ['images/rootfs.ext2', /images\/rootfs\.ext2 is of no use.*BR2_TARGET_ROOTFS_CPIO/],
    ['images/rootfs.cpio.lzo', /images\/rootfs\.cpio\.lzo is of no use.*gzip, zstd, xz or lz4/],
    ['images/Image.gz', /images\/Image\.gz is of no use.*an Image/],
    ['images/uImage', /images\/uImage is of no use/],
    ['images/vmlinux', /images\/vmlinux is of no use/],
  ])('is named with what to do where it is not taken: %s', async (name, hint) => {
    const alone = await output({ [name]: some });
    await expect(alone.fetch()).rejects.toMatchObject({
      code: 'ZOSIA_BUILDROOT_EMPTY',
      hint: expect.stringMatching(hint) as string,
    });
    const other = name.includes('rootfs')
      ? { bzImage: bzImage() }
      : { 'rootfs.cpio': await rootfs() };
    const beside = await output({ [name]: some, ...other });
    expect((await beside.fetch()).notes).toEqual([expect.stringMatching(hint)]);
  });

  it('may be a link, and is refused with its reason where that leads to no file', async () => {
    const { at, fetch } = await output({ 'images/x': some });
    await writeFile(join(at, 'kernel'), image());
    const kernel = join(at, 'output/images/Image');
    await symlink('../../kernel', kernel);
    expect((await fetch()).kernel?.sizeBytes).toBe(image().length);
    for (const [target, message] of [
      ['gone', /images\/Image is a link to a file that is not there/],
      ['Image', /images\/Image cannot be read: /],
      ['.', /images\/Image is no regular file/],
      ['/dev/zero', /images\/Image is no regular file/],
    ] as const) {
      await rm(kernel);
      await symlink(target, kernel);
      await expect(fetch(), target).rejects.toMatchObject({
        code: 'ZOSIA_BUILDROOT_REFUSED',
        message: expect.stringMatching(message) as string,
      });
    }
  });

  it('is refused for another architecture than was asked for, or than that of its kernel', async () => {
    const programs = await output({ 'rootfs.cpio': await rootfs() });
    await expect(programs.fetch({ arch: 'aarch64' })).rejects.toMatchObject({
      code: 'ZOSIA_BUILDROOT_REFUSED',
      message: 'rootfs.cpio has programs for x86_64',
    });
    const both = await output({ Image: image(), 'rootfs.cpio': await rootfs() });
    await expect(both.fetch()).rejects.toMatchObject({ code: 'ZOSIA_BUILDROOT_REFUSED' });
    await expect(both.fetch({ arch: 'x86_64' })).resolves.toMatchObject({ arch: 'x86_64' });
    expect(await readdir(both.places.artifactsDir)).toEqual(['x86_64']);
  });

  it('is told apart from what cannot be read', async () => {
    const { at, fetch } = await output({ '.config': some });
    await symlink('images', join(at, 'output/images'));
    await expect(fetch()).rejects.toMatchObject({
      code: 'ZOSIA_FILE_UNREADABLE',
      message: expect.stringMatching(/output\/images cannot be read: /) as string,
    });
  });
});

describe('what was taken', () => {
  it('is compared with the lock when it is booted or layered on', async () => {
    const { at, fetch } = await output({ bzImage: bzImage(), 'rootfs.cpio': await rootfs() });
    const { kernelPath, rootfsPath } = await fetch();
    await writeFile(kernelPath!, bzImage().fill(1, 600));
    await writeFile(rootfsPath!, 'another');
    const boot = ['--arch', 'x86_64', '--kernel', 'buildroot', '--dry-run'];
    for (const args of [
      ['run', '--initrd', rootfsPath!, ...boot],
      ['up', '--offline', ...boot],
      ['image', 'initramfs', '--arch', 'x86_64', '--base', 'buildroot', '--offline'],
    ]) {
      const { stderr, exitCode } = await zosia(args, { cwd: at });
      expect(stderr).toMatch(/is not the (kernel|root file system) that zosia\.lock\.json pins/);
      expect(stderr).toMatch(/zosia fetch --from/);
      expect(exitCode).toBe(1);
    }
    await fetch();
    expect(await readFile(kernelPath!)).toEqual(bzImage());
  });
});

/** In MiB. */
const MUCH = 64;

describeWithPrograms(['tar', 'gzip', 'xz', 'zstd'], 'taking and reading that is cancelled', () => {
  it.each([
    ['tar', 'cat'],
    ['tar.gz', 'gzip -1'],
    ['tar.xz', 'xz -0'],
    ['tar.zst', 'zstd -1'],
  ])('ends, and leaves nothing: .%s', async (ending, program) => {
    const { at, places, fetch } = await output({ 'images/bzImage': bzImage() });
    await execa('truncate', ['-s', `${MUCH}M`, 'output/images/rootfs.cpio'], { cwd: at });
    const pack = `tar -cf - output | ${program} >output.${ending}`;
    await execa('sh', ['-c', pack], { cwd: at });
    const reason = new Error('cancelled');
    const cancelled = (): AbortSignal => {
      const controller = new AbortController();
      setTimeout(() => {
        controller.abort(reason);
      }, 0);
      return controller.signal;
    };
    const from = join(at, `output.${ending}`);
    await expect(fetch({ from, signal: cancelled() })).rejects.toBe(reason);
    const base = { base: from, arch: 'x86_64', places } as const;
    await expect(openBase({ ...base, signal: cancelled() })).rejects.toBe(reason);
    expect(await readdir(places.artifactsDir).catch(() => [])).toEqual([]);
    expect(await readdir(at)).not.toContain('zosia.lock.json');
  });
});

const PACKERS = ['gzip', 'xz', 'lzma', 'zstd', 'lz4', 'bzip2'];

describeWithPrograms(PACKERS, 'a base that is packed', () => {
  const pack = async (program: string, ...args: string[]) => {
    const { at, places } = await output({});
    const { stdout } = await execa(program, args, { input: await rootfs(), encoding: 'buffer' });
    const base = join(at, 'base');
    await writeFile(base, stdout);
    return openBase({ base, arch: 'x86_64', places });
  };

  it.each([
    ['gzip', '-9'],
    ['xz', '-9 --check=crc32'],
    ['xz', '-9 --check=none'],
    ['zstd', '-19'],
    ['zstd', '--ultra -22'],
    ['lz4', '-l -9'],
  ])('is read as %s %s packs it', async (program, args) => {
    expect(await pack(program, '-c', ...args.split(' '))).toMatchObject({ arch: 'x86_64' });
  });

  it.each([
    ['xz', '-9', 'ZOSIA_BASE_REFUSED', /--check=crc32/],
    ['xz', '--check=crc32 --x86 --lzma2', 'ZOSIA_XZ_UNSUPPORTED', /unxz/],
    ['bzip2', '-9', 'ZOSIA_COMPRESSION_UNSUPPORTED', /bunzip2/],
    ['lzma', '-9', 'ZOSIA_COMPRESSION_UNSUPPORTED', /unlzma/],
    ['lz4', '-9', 'ZOSIA_BASE_REFUSED', /lz4 -l/],
  ])('is refused with what to do as %s %s packs it', async (program, args, code, hint) => {
    await expect(pack(program, '-c', ...args.split(' '))).rejects.toMatchObject({
      code,
      hint: expect.stringMatching(hint) as string,
    });
  });
});
