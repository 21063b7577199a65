import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { fetchComponents } from '../../src/artifacts/fetch.js';
import { prebuiltInit } from '../../src/artifacts/prebuilt.js';
import type { CpioEntry } from '../../src/formats/cpio/writer.js';
import { openPlan } from '../../src/host/image-reader.js';
import { layeredInitramfs, openBase } from '../../src/recipes/base.js';
import { guestEntries, readRuntimeFiles } from '../../src/recipes/initramfs.js';
import { readLlamaFolder } from '../../src/recipes/llama-folder.js';
import { llamaRuntime } from '../../src/recipes/llama-runtime.js';
import { defaultPlaces } from '../../src/recipes/places.js';
import { HOST } from '../support/host.js';
import { GNU_CPIO, describeWithPrograms, programPath } from '../support/programs.js';
import { skipWhere } from '../support/skipping.js';
import { temporaryFolder } from '../support/temporary.js';

const ARCH = hostArchitecture();
const TRIPLET = `${ARCH}-linux-gnu`;
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
const NEEDS_ROOT = skipWhere(!isRoot, 'chroot and devices need root');

/** The folders that programs and libraries lie in, as those who make root file systems link them. */
const LAYOUTS: Readonly<Record<string, string>> = {
  'folders of their own': 'mkdir -p bin sbin lib usr/bin usr/sbin usr/lib',
  "Buildroot's":
    'mkdir -p bin sbin lib usr/bin usr/sbin usr/lib; ln -s lib lib64; ln -s lib usr/lib64',
  "Buildroot's, merged":
    'mkdir -p usr/bin usr/sbin usr/lib; ln -s usr/bin bin; ln -s usr/sbin sbin; ln -s usr/lib lib; ln -s lib usr/lib64; ln -s usr/lib lib64',
  "Debian's, merged":
    'mkdir -p usr/bin usr/sbin usr/lib usr/lib64; for i in bin sbin lib lib64; do ln -s usr/$i $i; done',
  'merged in one folder':
    'mkdir -p usr/bin usr/lib; ln -s bin usr/sbin; for i in bin sbin; do ln -s usr/bin $i; done; ln -s usr/lib lib; ln -s usr/lib lib64',
  'merged the other way, by absolute links':
    'mkdir -p bin sbin lib; mkdir usr; for i in bin sbin lib; do ln -s /$i usr/$i; done',
  '/usr as a link to the root': 'mkdir -p bin sbin lib; ln -s . usr',
};

const folder = temporaryFolder();
let count = 0;

/** A base: folders, Debian's static busybox with its links, and whatever a test wants. */
async function makeBase(layout: string, more = 'true') {
  const at = folder.file(`case ${++count}`);
  const root = join(at, 'base');
  await mkdir(root, { recursive: true });
  const script = `set -e; ${layout}
    cp "$1" bin/busybox; for i in sh ls cat; do ln -s busybox bin/$i; done
    ln -s ../bin/busybox sbin/init; ln bin/busybox init
    mkdir -m 750 etc; echo buildroot >etc/hostname; echo theirs >lib/libtheirs.so.1; ${more}
    find . | LC_ALL=C sort | cpio -o -H newc --quiet -R 0:0 | gzip >../base.cpio.gz`;
  await execa('sh', ['-c', script, 'sh', programPath('busybox')!], { cwd: root });
  return { at, root };
}

/** What lies in a tree; the base's /init is another. */
async function listing(root: string): Promise<string[]> {
  const { stdout } = await execa('find', ['.', '-printf', '%P %y %m %U %G %l\n'], { cwd: root });
  return stdout.split('\n').filter((line) => !line.startsWith('init '));
}

const EXTRACTORS: Readonly<Record<string, readonly string[]>> = {
  'GNU cpio': ['cpio', '-idum', '--quiet'],
  bsdtar: ['bsdtar', '-xpf', '-'],
};

describeWithPrograms([GNU_CPIO, 'bsdtar', 'busybox', 'gzip'], 'a guest on a base', () => {
  let llama: CpioEntry[];
  let init: Uint8Array;
  beforeAll(async () => {
    const { cacheDirectory: cacheDir } = HOST;
    const packages = await fetchComponents({ arch: ARCH, components: ['llama'], cacheDir });
    llama = llamaRuntime(await readRuntimeFiles(packages.map(({ path }) => path)), ARCH);
    init = await prebuiltInit(ARCH);
  });

  /** The bytes of the base, and of what is laid over it. */
  async function layOver(at: string, programs: readonly CpioEntry[]) {
    const path = join(at, 'base.cpio.gz');
    const base = (await openBase({ base: path, arch: ARCH, places: defaultPlaces(at) }))!;
    const image = layeredInitramfs(base, guestEntries({ init, modules: [], llama: programs }));
    const source = openPlan(image);
    const bytes = Buffer.from(await source.read(0, image.sizeBytes));
    await source.close();
    const below = await readFile(path);
    expect(bytes.subarray(0, below.length).equals(below)).toBe(true);
    return { path, over: bytes.subarray(below.length) };
  }

  /** Unpacks one archive after the other, as the kernel does; what llama-cli says in there. */
  async function runs(
    at: string,
    extractor: string,
    { path, over }: Awaited<ReturnType<typeof layOver>>,
  ): Promise<string> {
    const into = join(at, 'into');
    const [program, ...args] = EXTRACTORS[extractor]!;
    await mkdir(into);
    const { stdout: plain } = await execa('gzip', ['-dc', path], { encoding: 'buffer' });
    for (const input of [plain, ...archivesOf(over)]) {
      await execa(program!, args, { cwd: into, input });
    }
    const words = [into, '/usr/bin/llama-cli', '--version'];
    return (await execa('chroot', words, { all: true })).all;
  }

  /** The code of the error; undefined when there is none. */
  const refusal = (at: string, programs: readonly CpioEntry[]): Promise<unknown> =>
    layOver(at, programs).then(
      () => undefined,
      (error: unknown) => (error as { code?: string }).code ?? error,
    );

  describe.each(Object.entries(LAYOUTS))('with %s', (_, layout) => {
    it.each(layout === LAYOUTS["Buildroot's, merged"] ? Object.keys(EXTRACTORS) : ['GNU cpio'])(
      'is what it was, and llama.cpp runs in it: unpacked by %s',
      NEEDS_ROOT,
      async (name) => {
        const { at, root } = await makeBase(layout);
        const version = await runs(at, name, await layOver(at, llama));
        const into = join(at, 'into');
        const found = new Set(await listing(into));
        expect((await listing(root)).filter((line) => !found.has(line))).toEqual([]);
        expect((await readFile(join(into, 'init'))).equals(init)).toBe(true);
        const inside = (...words: string[]) => execa('chroot', [into, ...words]);
        expect((await inside('/bin/sh', '-c', 'cat /etc/hostname')).stdout).toBe('buildroot');
        expect(version).toMatch(/version/);
      },
    );
  });

  it('has libraries of a folder beside those of the base', NEEDS_ROOT, async () => {
    const { at } = await makeBase(LAYOUTS["Buildroot's"]!);
    const { entries } = await readLlamaFolder(await writeLlamaFolder(at), ARCH);
    expect(await runs(at, 'GNU cpio', await layOver(at, entries))).toMatch(/version/);
  });

  async function writeLlamaFolder(at: string): Promise<string> {
    const programs = join(at, 'llama');
    for (const entry of llama) {
      const place = /^\/usr\/(bin\/|lib\/).*\.so|^\/usr\/bin/.test(entry.path);
      if (!place) continue;
      const to = join(
        programs,
        entry.path.startsWith('/usr/bin') ? 'bin' : 'lib',
        basename(entry.path),
      );
      await mkdir(dirname(to), { recursive: true });
      const found = llama.find(
        ({ path, type }) => type === 'file' && path === followed(llama, entry.path),
      ) as { data: Uint8Array };
      await writeFile(to, found.data);
    }
    return programs;
  }

  it.each([
    [
      'a C library where the loader looks first',
      `mkdir lib/${TRIPLET}; echo x >lib/${TRIPLET}/libc.so.6`,
    ],
    [
      'a library for newer processors',
      `d=lib/${TRIPLET}/glibc-hwcaps/x86-64-v3; mkdir -p $d; echo x >$d/libz.so.1`,
    ],
    ['a cache of libraries', 'echo x >etc/ld.so.cache'],
    ['libraries for all programs', 'echo x >etc/ld.so.preload'],
  ])('is refused with %s', async (_, more) => {
    const { at } = await makeBase(LAYOUTS['folders of their own']!, more);
    expect(await refusal(at, llama)).toBe('ZOSIA_BASE_CONFLICT');
    // Programs that need no libraries do not care.
    const alone = llama.filter(({ path }) => path.startsWith('/usr/lib/locale'));
    expect(await refusal(at, alone)).toBeUndefined();
  });

  it('is refused with a C library before that of a folder', async () => {
    const { at } = await makeBase(LAYOUTS["Buildroot's"]!, 'echo x >lib/libc.so.6');
    const { entries } = await readLlamaFolder(await writeLlamaFolder(at), ARCH);
    expect(await refusal(at, entries)).toBe('ZOSIA_BASE_CONFLICT');
    // Debian's packages have a folder of their own.
    expect(await refusal(at, llama)).toBeUndefined();
  });
});

/** Where a path leads among entries. */
function followed(entries: readonly CpioEntry[], path: string): string {
  const entry = entries.find((each) => each.path === path);
  return entry?.type === 'symlink' ? followed(entries, join(dirname(path), entry.target)) : path;
}

/** The archives in what follows a base, each from its first header to its trailer. */
function archivesOf(bytes: Buffer): Buffer[] {
  const archives: Buffer[] = [];
  for (let at = bytes.indexOf('070701'); at >= 0;) {
    const trailer = bytes.indexOf('TRAILER!!!', at);
    const next = bytes.indexOf('070701', trailer);
    archives.push(bytes.subarray(at, next < 0 ? bytes.length : next));
    at = next;
  }
  return archives;
}
