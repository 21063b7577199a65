import { chmod, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { planCpio } from '../../src/formats/cpio/writer.js';
import { digestBytes } from '../../src/host/digest.js';
import { openPlan } from '../../src/host/image-reader.js';
import { openBase } from '../../src/recipes/base.js';
import { fetchedBuildroot } from '../../src/recipes/buildroot.js';
import { serve, withoutProxy } from '../artifacts/repository.js';
import { TAR_END, tarMember } from '../formats/tar/build.js';
import { describeWithPrograms } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';
import { bzImage, image, makeOutput, rootfs } from './buildroot-output.js';

withoutProxy();

const folder = temporaryFolder();
const output = (files: Readonly<Record<string, Uint8Array>>) => makeOutput(folder, files);

describe('an output of Buildroot', () => {
  it('is taken from a folder, pinned, and found again', async () => {
    const { fetch, places, at } = await output({
      'images/Image': image(),
      'images/rootfs.cpio': Buffer.from('no archive: the kernel tells the machine'),
      'images/rootfs.cpio.gz': Buffer.from('not taken'),
      'images/rootfs.tar': Buffer.from('not taken'),
    });
    const taken = await fetch();
    expect(taken).toMatchObject({
      arch: 'aarch64',
      kernel: { name: 'Image', sizeBytes: 1024, sha256: digestBytes(image()) },
      rootfs: { name: 'rootfs.cpio' },
    });
    expect(await readFile(taken.kernelPath!)).toEqual(image());
    expect(await readdir(join(places.artifactsDir, 'aarch64/base'))).toEqual([
      'Image',
      'rootfs.cpio',
    ]);
    expect(await readdir(places.artifactsDir)).toEqual(['aarch64']);
    expect(JSON.parse(await readFile(join(at, 'zosia.lock.json'), 'utf8'))).toMatchObject({
      schema: 1,
      buildroot: { aarch64: { origin: join(at, 'output') } },
    });
    expect(await fetchedBuildroot(places, 'aarch64', 'rootfs')).toBe(taken.rootfsPath);
    await writeFile(taken.rootfsPath!, 'something else');
    await expect(fetchedBuildroot(places, 'aarch64', 'rootfs')).rejects.toMatchObject({
      code: 'ZOSIA_BASE_CHANGED',
    });
    await expect(fetchedBuildroot(places, 'x86_64', 'kernel')).rejects.toMatchObject({
      code: 'ZOSIA_FILE_NOT_FOUND',
    });
  });

  it('is refused with a digest where the place is no file: a pipe would never end', async () => {
    const { fetch } = await output({});
    await expect(fetch({ from: '/dev/null', sha256: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'ZOSIA_FILE_UNREADABLE',
    });
  });

  it('is refused once it has other bytes, unless they are to be pinned', async () => {
    const { fetch, at, places } = await output({ Image: image() });
    const { kernelPath } = await fetch();
    const lock = await readFile(join(at, 'zosia.lock.json'));
    await writeFile(join(at, 'output/Image'), image(1));
    await expect(fetch()).rejects.toMatchObject({ code: 'ZOSIA_BASE_CHANGED' });
    expect(await readFile(kernelPath!)).toEqual(image());
    expect(await readFile(join(at, 'zosia.lock.json'))).toEqual(lock);
    await fetch({ updateLock: true });
    expect(await readFile(await fetchedBuildroot(places, 'aarch64', 'kernel'))).toEqual(image(1));
  });

  it.each(['rootfs.cpio', 'rootfs.cpio.gz'])(
    'has the machine of its programs: %s',
    async (name) => {
      const bytes = await rootfs();
      const { fetch } = await output({ [name]: name.endsWith('gz') ? gzipSync(bytes) : bytes });
      expect((await fetch()).arch).toBe('x86_64');
    },
  );

  it.each([
    ['two kernels', { 'images/Image': image(), 'images/bzImage': bzImage() }, 'AMBIGUOUS'],
    ['one kernel in two places', { 'images/Image': image(), Image: image() }, 'AMBIGUOUS'],
    ['a kernel for another machine', { Image: Buffer.alloc(1024) }, 'REFUSED'],
    ['an empty kernel', { Image: Buffer.alloc(0) }, 'REFUSED'],
    ['a folder for a kernel', { 'Image/x': image() }, 'REFUSED'],
    ['nothing', { 'images/rootfs.ext2': image() }, 'EMPTY'],
  ])('is refused with %s', async (_, files, code) => {
    const { fetch, places } = await output(files);
    await expect(fetch()).rejects.toMatchObject({ code: `ZOSIA_BUILDROOT_${code}` });
    // Not even an empty folder for artifacts.
    await expect(readdir(places.artifactsDir)).rejects.toThrow('ENOENT');
  });

  it('has the kernel of the architecture that is asked for', async () => {
    const { fetch } = await output({ Image: image(), bzImage: bzImage() });
    expect((await fetch({ arch: 'x86_64' })).kernel?.name).toBe('bzImage');
  });

  it('is taken from a server, with its digest, and without naming the password', async () => {
    const { fetch, at } = await output({ 'images/bzImage': bzImage() });
    await execa('tar', ['-czf', 'output.tar.gz', 'output'], { cwd: at });
    const archive = await readFile(join(at, 'output.tar.gz'));
    const asked: (string | undefined)[] = [];
    const server = await serve((path, response, { headers }) => {
      asked.push(headers.authorization);
      if (path.startsWith('output.tar.gz')) response.end(archive);
      else response.writeHead(404).end();
    });
    const url = `${server.url.replace('//', '//me:secret@')}output.tar.gz?token=hidden`;
    try {
      await expect(fetch({ from: url, sha256: '0'.repeat(64) })).rejects.toMatchObject({
        code: 'ZOSIA_DOWNLOAD_CORRUPT',
      });
      const { origin } = await fetch({ from: url, sha256: digestBytes(archive) });
      expect(origin).toBe(`${server.url}output.tar.gz`);
      expect(asked[0]).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
      const error = await fetch({ from: `${server.url}none` }).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: 'ZOSIA_DOWNLOAD_FAILED' });
    } finally {
      await server.close();
    }
    const lock = await readFile(join(at, 'zosia.lock.json'), 'utf8');
    expect(lock).not.toMatch(/secret|hidden/);
    const file = pathToFileURL(join(at, 'output.tar.gz')).href;
    expect((await fetch({ from: file })).arch).toBe('x86_64');
    await expect(fetch({ from: 'ftp://host/x' })).rejects.toMatchObject({
      code: 'ZOSIA_BAD_OPTION',
    });
  });
});

describeWithPrograms(['tar', 'xz', 'zstd', 'gzip'], 'a tar archive of an output', () => {
  it.each([
    ['tar', '-cf'],
    ['tar.gz', '-czf'],
    ['tar.xz', '-cJf'],
    ['tar.zst', '--zstd -cf'],
  ])('is taken as .%s, with a leading folder and without', async (ending, option) => {
    const { fetch, at } = await output({
      'images/bzImage': bzImage(),
      'images/rootfs.cpio': image(),
    });
    for (const [cwd, what] of [
      [at, 'output'],
      [join(at, 'output'), '.'],
      [join(at, 'output'), 'images'],
      [join(at, 'output/images'), '.'],
    ] as const) {
      const archive = join(at, `x.${ending}`);
      await execa('tar', [...option.split(' '), archive, what], { cwd });
      const taken = await fetch({ from: archive });
      expect(await readFile(taken.kernelPath!), what).toEqual(bzImage());
      expect(taken.rootfs?.name, what).toBe('rootfs.cpio');
    }
  });

  it('is refused when it is cut short, or its kernel is a link; and writes nowhere else', async () => {
    const { fetch, at, places } = await output({ 'images/rootfs.cpio': await rootfs() });
    await symlink('/etc/passwd', join(at, 'output/images/Image'));
    await execa('tar', ['-cf', 'x.tar', 'output'], { cwd: at });
    await expect(fetch({ from: join(at, 'x.tar') })).rejects.toMatchObject({
      code: 'ZOSIA_BUILDROOT_REFUSED',
    });
    await writeFile(join(at, 'up'), bzImage());
    await mkdir(join(at, 'in'));
    const names = ['--transform=s,^up,../../images/bzImage,', '-P'];
    await execa('tar', [...names, '-cf', '../y.tar', '../up'], { cwd: join(at, 'in') });
    await expect(fetch({ from: join(at, 'y.tar') })).rejects.toMatchObject({
      code: 'ZOSIA_BUILDROOT_EMPTY',
    });
    const whole = await readFile(join(at, 'x.tar'));
    await writeFile(join(at, 'z.tar'), whole.subarray(0, 700));
    await expect(fetch({ from: join(at, 'z.tar') })).rejects.toMatchObject({
      code: expect.stringMatching(/CORRUPT|EMPTY|REFUSED/) as string,
    });
    expect(await readdir(places.artifactsDir).catch(() => [])).toEqual([]);
  });
});

describe('a base', () => {
  it.each(['cpio', 'cpio.gz'])('is read as %s', async (ending) => {
    const { at, places } = await output({});
    await mkdir(at, { recursive: true });
    const bytes = await rootfs();
    const base = join(at, `rootfs.${ending}`);
    await writeFile(base, ending === 'cpio' ? bytes : gzipSync(bytes));
    await chmod(base, 0o644);
    const read = await openBase({ base, baseInit: 'base', arch: 'x86_64', places });
    expect(read).toMatchObject({ arch: 'x86_64', init: 'base' });
    expect(read?.sha256).toBe(digestBytes(await readFile(base)));
    await expect(openBase({ base, arch: 'aarch64', places })).rejects.toMatchObject({
      code: 'ZOSIA_BASE_REFUSED',
    });
  });

  it('needs an init where its own is to run, and is whole', async () => {
    const { at, places } = await output({});
    await mkdir(at, { recursive: true });
    const plan = planCpio([{ path: '/etc/hostname', type: 'file', data: 'x' }]);
    const bytes = Buffer.from(await openPlan(plan).read(0, plan.sizeBytes));
    const base = join(at, 'rootfs.cpio');
    await writeFile(base, bytes);
    await expect(
      openBase({ base, baseInit: 'base', arch: 'x86_64', places }),
    ).rejects.toMatchObject({
      code: 'ZOSIA_BASE_REFUSED',
    });
    for (const cut of [0, 1, 60, 200]) {
      await writeFile(base, bytes.subarray(0, cut));
      await expect(openBase({ base, arch: 'x86_64', places }), `${cut}`).rejects.toMatchObject({
        code: 'ZOSIA_CPIO_CORRUPT',
      });
    }
  });

  it('is refused by its name where it is no archive', async () => {
    const { at, places } = await output({});
    const base = join(at, 'readme');
    await writeFile(base, 'a text');
    await expect(openBase({ base, arch: 'x86_64', places })).rejects.toMatchObject({
      code: 'ZOSIA_BASE_REFUSED',
      message: `${base} is no cpio or tar archive`,
      hint: expect.stringContaining('rootfs.cpio'),
    });
  });

  it('is no tar of what Buildroot leaves, of which there is a root file system in it', async () => {
    const { at, places } = await output({});
    const base = join(at, 'output.tar');
    const openTar = async (...names: readonly string[]) => {
      const members = names.map((name) => tarMember({ name }, 'x'));
      await writeFile(base, Buffer.concat([...members, TAR_END]));
      return openBase({ base, arch: 'x86_64', places });
    };
    await expect(openTar('images/bzImage', 'images/rootfs.cpio')).rejects.toMatchObject({
      code: 'ZOSIA_BASE_REFUSED',
      hint: expect.stringContaining(`zosia fetch --from '${base}'`),
    });
    expect(await openTar('sbin/init', 'images/bzImage')).toBeDefined();
  });
});
