import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasApt, runApt } from '../../../src/artifacts/apt.js';
import { parseLock } from '../../../src/artifacts/lock.js';
import type { Lock } from '../../../src/artifacts/lock.js';
import { aptSource } from '../../../src/artifacts/update/apt-source.js';
import { readUrlBy } from '../../../src/artifacts/update/read-url.js';
import { formatLock, resolveLock } from '../../../src/artifacts/update/resolve-lock.js';
import { signedSource } from '../../../src/artifacts/update/signed-source.js';
import type { IndexSource } from '../../../src/artifacts/update/suite-index.js';
import { updateLock } from '../../../src/artifacts/update/update-lock.js';
import { withoutProxy } from '../repository.js';
import { samplePackage, sampleLock, temporaryFolder } from '../samples.js';
import { skipWhere } from '../../support/skipping.js';
import { DATED, NOW, keyringFile, makeKey, repositoryFiles, served } from './signed-repository.js';
import type { ArchiveKey, RepositoryOptions } from './signed-repository.js';

withoutProxy();

type Make = (url: string, key: ArchiveKey, now?: number) => Promise<IndexSource>;

const bySignature: Make = async (baseUrl, { publicKey }, now = NOW) => {
  const folder = await temporaryFolder();
  return signedSource({ baseUrl, readUrl: readUrlBy(folder), keys: publicKey, now });
};

const byApt: Make = async (baseUri, key) =>
  aptSource({
    baseUri,
    run: runApt,
    keyring: await keyringFile(key),
    folder: await temporaryFolder(),
  });

/** A key, and the repository that it signs. */
async function repository(
  options: Omit<RepositoryOptions, 'keys'> = {},
): Promise<{ key: ArchiveKey; files: Record<string, Uint8Array | string | null> }> {
  const key = await makeKey();
  return { key, files: await repositoryFiles({ keys: [key], ...options }) };
}

const packagesOf = (files: object, suite: string): string =>
  Object.keys(files).find((path) => path.startsWith(`dists/${suite}/main/binary-arm64/`))!;

/** A lock whose suites are dated long before. */
const OLD: Lock = sampleLock([samplePackage('linux-image', 'k')], [samplePackage('libc6', 'c')]);

const WAYS: [string, Make][] = [
  ['the signed index', bySignature],
  ['apt', byApt],
];

const NO_APT = skipWhere(!(await hasApt()), 'no apt here');

for (const [name, make] of WAYS) {
  describe(`resolveLock by ${name}`, name === 'apt' ? NO_APT : {}, () => {
    it('pins the current versions of the suites for all architectures', async () => {
      const { key, files } = await repository();
      const source = await make(await served(files), key);
      const lock = await resolveLock(source, { before: undefined });
      expect(parseLock(formatLock(lock), 'the new lock')).toEqual(lock);
      expect(lock.snapshot).toEqual({ bookworm: '20261101T140000Z', forky: '20261101T140000Z' });
      expect(lock.components.kernel.x86_64).toMatchObject([
        { name: 'linux-image-6.1.0-60-cloud-amd64', version: '6.1.200-1', suite: 'bookworm' },
      ]);
      expect(lock.components['kernel-source'].aarch64).toMatchObject([
        { name: 'linux-source-6.1', version: '6.1.200-1', architecture: 'all', suite: 'bookworm' },
      ]);
      expect(lock.components.llama.aarch64.at(-1)).toEqual({
        name: 'llama.cpp-tools',
        version: '1:0.8.0+dfsg-1',
        architecture: 'arm64',
        suite: 'forky',
        poolPath: 'pool/main/x/llama.cpp-tools/llama.cpp-tools_0.8.0+dfsg-1_arm64.deb',
        sizeBytes: 37,
        sha256: 'e80db7822906f33404b145283f8b33572639b8ffc1ef970beb8dd5b3330d105c',
      });
    });

    it('pins what computing on several machines takes besides, and nothing twice', async () => {
      const { key, files } = await repository();
      const source = await make(await served(files), key);
      const { components } = await resolveLock(source, { before: undefined });
      for (const arch of ['aarch64', 'x86_64'] as const) {
        const names = components['llama-rpc'][arch].map((each) => each.name);
        expect(names).toEqual(['libggml0-backend-rpc', 'llama.cpp-tools-extra']);
        const others = components.llama[arch].map((each) => each.name);
        expect(others.filter((each) => names.includes(each))).toEqual([]);
      }
    });

    it('leaves the entries of other suites as they are', async () => {
      const { key, files } = await repository();
      const source = await make(await served(files), key);
      const lock = await resolveLock(source, { before: OLD, components: ['llama'] });
      expect(lock.components.kernel).toEqual(OLD.components.kernel);
      expect(lock.snapshot).toEqual({ ...OLD.snapshot, forky: '20261101T140000Z' });
      expect(lock.components.llama.aarch64.map((each) => each.name)).toContain('llama.cpp-tools');
    });

    it.each<[string, RegExp, (files: Record<string, Uint8Array | string | null>) => unknown]>([
      [
        'another Packages file',
        /Packages.* does not have the sha256/,
        (files) => {
          const path = packagesOf(files, 'forky');
          const bytes = Buffer.from(files[path] as Uint8Array);
          files[path] = bytes.fill(0x20, bytes.length - 12);
        },
      ],
      [
        'a Packages file that is longer',
        /Packages.* is longer than/,
        (files) => {
          const path = packagesOf(files, 'forky');
          files[path] = Buffer.concat([files[path] as Uint8Array, Buffer.alloc(100_000)]);
        },
      ],
      [
        'another InRelease',
        /InRelease: the signature by key .* is bad/,
        (files) => {
          const path = 'dists/forky/InRelease';
          files[path] = String(files[path]).replace('Components: main', 'Components: main more');
        },
      ],
      [
        'an InRelease without a signature',
        /InRelease: it is not signed/,
        (files) => {
          const path = 'dists/forky/InRelease';
          files[path] = String(files[path]).replace(/-----BEGIN PGP SIGNATURE[^]*/, '');
        },
      ],
      [
        'the InRelease of another suite',
        /it is one of bookworm/,
        (files) => {
          files['dists/forky/InRelease'] = files['dists/bookworm/InRelease']!;
        },
      ],
      [
        'an InRelease of 5 MiB',
        /it is longer than/,
        (files) => {
          const path = 'dists/forky/InRelease';
          files[path] = String(files[path]) + 'x\n'.repeat(5 << 19);
        },
      ],
    ])('refuses %s', async (_, message, tamper) => {
      const { key, files } = await repository();
      tamper(files);
      const source = await make(await served(files), key);
      const refusal = resolveLock(source, { before: OLD, components: ['llama'] });
      await expect(refusal).rejects.toMatchObject({
        code: expect.stringMatching(/^ZOSIA_(INDEX_REFUSED|APT_FAILED|DOWNLOAD_CORRUPT)$/),
        hint: expect.any(String),
        // apt has words of its own.
        message: expect.stringMatching(name === 'apt' ? /./ : message),
      });
    });

    it('refuses an index that another key has signed', async () => {
      const { files } = await repository();
      const source = await make(await served(files), await makeKey());
      await expect(
        resolveLock(source, { before: OLD, components: ['llama'] }),
      ).rejects.toMatchObject({
        code: expect.stringMatching(/^ZOSIA_(INDEX_REFUSED|APT_FAILED)$/),
      });
    });

    it('takes an index that an unknown key has signed as well', async () => {
      const key = await makeKey();
      const files = await repositoryFiles({ keys: [await makeKey(), key] });
      const source = await make(await served(files), key);
      const lock = await resolveLock(source, { before: OLD, components: ['llama'] });
      expect(lock.snapshot.forky).toBe('20261101T140000Z');
    });

    it('refuses an index that is older than the lock', async () => {
      const { key, files } = await repository({ dated: DATED - 86_400_000 });
      const source = await make(await served(files), key);
      const before = { ...OLD, snapshot: { ...OLD.snapshot, forky: '20261101T140000Z' } };
      await expect(resolveLock(source, { before, components: ['llama'] })).rejects.toMatchObject({
        code: 'ZOSIA_INDEX_REFUSED',
        message: expect.stringContaining('older than the lock'),
      });
    });
  });
}

describe('resolveLock by both ways', NO_APT, () => {
  it('gives the same bytes for the same state of the archive, with several versions in it', async () => {
    const other = (text: string, version: string): string =>
      text.replace(/^Version: (.*)$/m, `Version: $1${version}`).split('\n\n')[0]!;
    const { key, files } = await repository({
      changed: (text) => `${other(text, '~old')}\n\n${text.trim()}\n\n${other(text, '+new')}\n`,
    });
    const url = await served(files);
    const locks = await Promise.all(
      WAYS.map(async ([, make]) => resolveLock(await make(url, key), { before: undefined })),
    );
    const [one, two] = locks.map(formatLock);
    expect(one).toBe(two);
    expect(one).toContain('1:0.8.0+dfsg-1+new');
  });
});

describe('a signed index that is read without apt', () => {
  it('is refused once it has expired', async () => {
    const { key, files } = await repository({ validUntil: DATED + 604_800_000 });
    const url = await served(files);
    const resolve = async (now: number): Promise<Lock> =>
      resolveLock(await bySignature(url, key, now), { before: OLD, components: ['llama'] });
    await expect(resolve(DATED + 604_800_001)).rejects.toMatchObject({
      code: 'ZOSIA_INDEX_REFUSED',
      message: expect.stringContaining('it was valid until Sun, 08 Nov 2026'),
    });
    expect((await resolve(DATED + 604_800_000)).snapshot.forky).toBe('20261101T140000Z');
  });

  it('is refused when its signature or its date are still to come', async () => {
    const { key, files } = await repository();
    const source = await bySignature(await served(files), key, DATED - 3_600_000);
    await expect(resolveLock(source, { before: undefined })).rejects.toMatchObject({
      code: 'ZOSIA_INDEX_REFUSED',
    });
  });

  it.each([
    ['Valid-Until: soon', /valid until soon/],
    ['Date: some day', /dated some day/],
  ])('is refused with %s', async (line, message) => {
    const name = line.split(':')[0]!;
    const { key, files } = await repository({
      validUntil: DATED + 604_800_000,
      release: (text) => text.replace(new RegExp(`^${name}: .*$`, 'm'), line),
    });
    const source = await bySignature(await served(files), key);
    await expect(resolveLock(source, { before: undefined })).rejects.toMatchObject({
      code: 'ZOSIA_INDEX_REFUSED',
      message: expect.stringMatching(message),
    });
  });

  it('is refused when a Packages file is to have more bytes than any has', async () => {
    const { key, files } = await repository({
      release: (text) => text.replace(/ \d+ (\S+arm64\/Packages\.(?:xz|gz))/, ' 999999999999 $1'),
    });
    const source = await bySignature(await served(files), key);
    await expect(resolveLock(source, { before: undefined })).rejects.toMatchObject({
      code: 'ZOSIA_INDEX_REFUSED',
      message: expect.stringContaining('999999999999 bytes'),
    });
  });

  it('is read by digests where the archive has them', async () => {
    const { key, files } = await repository({
      release: (text) => text.replace('Components:', 'Acquire-By-Hash: yes\nComponents:'),
    });
    for (const path of Object.keys(files).filter((each) => each.includes('/main/'))) {
      const line = new RegExp(` ([0-9a-f]{64}) \\d+ ${path.replace(/^dists\/\w+\//, '')}\r?\n`);
      const suite = path.split('/')[1]!;
      const digest = line.exec(String(files[`dists/${suite}/InRelease`]))![1]!;
      files[path.replace(/[^/]*$/, `by-hash/SHA256/${digest}`)] = files[path]!;
      files[path] = 'an update that is under way';
    }
    const source = await bySignature(await served(files), key);
    const lock = await resolveLock(source, { before: undefined });
    expect(lock.snapshot.forky).toBe('20261101T140000Z');
  });
});

describe('updateLock', () => {
  async function update(
    text: string,
    options: { dryRun?: boolean; components?: ['llama'] } = {},
  ): Promise<{ path: string; run: () => ReturnType<typeof updateLock> }> {
    const { key, files } = await repository();
    const mirror = await served(files);
    const folder = await temporaryFolder();
    const path = join(folder, 'artifacts.lock.json');
    await writeFile(path, text);
    const run = () =>
      updateLock(
        { path, cacheDir: join(folder, 'cache'), mirror, withoutApt: true, ...options },
        { now: NOW, keys: key.publicKey },
      );
    return { path, run };
  }

  it('says what is different, writes it, and finds nothing more to do the next time', async () => {
    const { path, run } = await update(formatLock(OLD), { components: ['llama'] });
    const first = await run();
    expect(first).toMatchObject({
      checkedBy: 'openpgp',
      components: ['llama', 'llama-rpc'],
      written: true,
    });
    expect(first.changes.snapshot).toEqual([
      { suite: 'forky', before: OLD.snapshot.forky, after: '20261101T140000Z' },
    ]);
    const tools = first.changes.packages.filter(({ name }) => name === 'llama.cpp-tools');
    expect(tools.map(({ arch, before, after }) => [arch, before, after?.version])).toEqual([
      ['aarch64', undefined, '1:0.8.0+dfsg-1'],
      ['x86_64', undefined, '1:0.8.0+dfsg-1'],
    ]);
    const written = await readFile(path, 'utf8');
    expect(parseLock(written, path)).toEqual(first.lock);
    const second = await run();
    expect(second).toMatchObject({ written: false, changes: { snapshot: [], packages: [] } });
    expect(await readFile(path, 'utf8')).toBe(written);
  });

  it('writes nothing in a dry run', async () => {
    const { path, run } = await update(formatLock(OLD), { dryRun: true });
    const { written, changes } = await run();
    expect(written).toBe(false);
    expect(changes.packages.length).toBeGreaterThan(5);
    expect(await readFile(path, 'utf8')).toBe(formatLock(OLD));
  });

  it('checks the signature itself where apt has no keyring of Debian', NO_APT, async () => {
    const { key, files } = await repository();
    const folder = await temporaryFolder();
    const path = join(folder, 'artifacts.lock.json');
    await writeFile(path, formatLock(OLD));
    const update = await updateLock(
      { path, cacheDir: join(folder, 'cache'), mirror: await served(files) },
      { now: NOW, keys: key.publicKey, keyring: () => Promise.resolve(undefined) },
    );
    expect(update).toMatchObject({ checkedBy: 'openpgp', written: true });
  });

  it('makes a damaged lock anew as a whole, not in part', async () => {
    const whole = await update('{');
    expect((await whole.run()).written).toBe(true);
    const part = await update('{', { components: ['llama'] });
    await expect(part.run()).rejects.toMatchObject({ code: 'ZOSIA_LOCK_INVALID' });
    expect(await readFile(part.path, 'utf8')).toBe('{');
  });
});
