import { existsSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aptTransport } from '../../src/artifacts/apt-transport.js';
import { hasApt, runApt } from '../../src/artifacts/apt.js';
import { PackageCache } from '../../src/artifacts/cache.js';
import { fetchComponents } from '../../src/artifacts/fetch.js';
import type {
  DownloadProgress,
  FetchOptions,
  FetchSources,
  FetchedPackage,
} from '../../src/artifacts/fetch.js';
import type { LockedPackage } from '../../src/artifacts/lock.js';
import { PackageGoneError } from '../../src/artifacts/transport.js';
import type { Transport } from '../../src/artifacts/transport.js';
import { serveRepository, testKeyring, withoutProxy } from './repository.js';
import { sampleLock, samplePackage, temporaryFolder } from './samples.js';
import { skipWhere } from '../support/skipping.js';

withoutProxy();

const contentsOf = (name: string): string => `contents of ${name}`;
const sample = (name: string): LockedPackage => samplePackage(name, contentsOf(name));
const lock = sampleLock([sample('linux-image')], ['libc6', 'libllama0', 'tools'].map(sample));

/** A source of packages that notes what is asked of it. */
class FakeTransport implements Transport {
  readonly source = 'a mirror';
  readonly downloads: string[] = [];
  readonly contents = new Map<string, string | Error>();
  current: LockedPackage[] | undefined;
  closed = 0;

  async download(...[wanted, file, { signal, onBytes }]: Parameters<Transport['download']>) {
    this.downloads.push(wanted.name);
    await delay(1, undefined, signal && { signal });
    const contents = this.contents.get(wanted.name) ?? contentsOf(wanted.name);
    if (contents instanceof Error) throw contents;
    onBytes?.(5);
    await writeFile(file, contents);
  }

  resolveCurrent = (): Promise<LockedPackage[]> => Promise.resolve(this.current ?? []);

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

class Scene {
  readonly transport = new FakeTransport();
  readonly progress: DownloadProgress[] = [];
  readonly warnings: string[] = [];
  opened = 0;

  constructor(readonly cacheDir: string) {}

  fetch(options: Partial<FetchOptions> = {}): Promise<FetchedPackage[]> {
    const sources: FetchSources = {
      lock,
      openTransport: () => {
        this.opened++;
        return Promise.resolve(this.transport);
      },
    };
    return fetchComponents(
      {
        arch: 'aarch64',
        components: ['kernel', 'llama'],
        cacheDir: this.cacheDir,
        onProgress: (event) => void this.progress.push(event),
        warn: (line) => void this.warnings.push(line),
        ...options,
      },
      sources,
    );
  }

  /** The files in the cache, by folder. */
  async files(folder: 'packages' | 'partial'): Promise<string[]> {
    return readdir(join(this.cacheDir, folder)).catch(() => []);
  }
}

async function scene(): Promise<Scene> {
  return new Scene(await temporaryFolder('zosia śpace '));
}

const namesOf = (packages: readonly { name: string }[]): string[] =>
  packages.map(({ name }) => name);

describe('fetchComponents', () => {
  it('downloads what is pinned, and finds it in the cache the second time', async () => {
    const made = await scene();
    const packages = await made.fetch();
    expect(packages.map(({ component, name }) => `${component} ${name}`)).toEqual([
      'kernel linux-image',
      'llama libc6',
      'llama libllama0',
      'llama tools',
    ]);
    for (const { name, path } of packages) {
      expect(await readFile(path, 'utf8')).toBe(contentsOf(name));
    }
    expect(made.transport.closed).toBe(1);
    expect(await made.files('partial')).toEqual([]);

    expect(await made.fetch({ offline: true, frozen: true })).toEqual(packages);
    expect(made.opened).toBe(1);
    expect(made.warnings).toEqual([]);
  });

  it('reports the progress of each download', async () => {
    const made = await scene();
    await made.fetch({ components: ['kernel'] });
    const event = { component: 'kernel', name: 'linux-image', sizeBytes: 23 };
    expect(made.progress).toEqual([
      { ...event, receivedBytes: 0, done: false },
      { ...event, receivedBytes: 5, done: false },
      { ...event, receivedBytes: 23, done: true },
    ]);
  });

  it('downloads only what the cache lacks', async () => {
    const made = await scene();
    await made.fetch({ components: ['llama'] });
    made.transport.downloads.length = 0;
    await made.fetch();
    expect(made.transport.downloads).toEqual(['linux-image']);
  });

  it('deletes a file with wrong bytes, and names it', async () => {
    const made = await scene();
    made.transport.contents.set('libllama0', contentsOf('libllama1'));
    await expect(made.fetch({ components: ['llama'] })).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_CORRUPT',
      message: expect.stringContaining('libllama0_1.0+dfsg-1_arm64.deb'),
      hint: expect.any(String),
    });
    expect(await made.files('packages')).not.toContain(`${sample('libllama0').sha256}.deb`);
    expect(await made.files('partial')).toEqual([]);
    expect(made.transport.closed).toBe(1);

    made.transport.contents.clear();
    expect(await made.fetch({ components: ['llama'] })).toHaveLength(3);
  });

  it('reports a damaged file in the cache, and downloads it again the next time', async () => {
    const made = await scene();
    const [{ path } = { path: '' }] = await made.fetch();
    await writeFile(path, 'damaged');
    await expect(made.fetch()).rejects.toMatchObject({
      code: 'ZOSIA_CACHE_CORRUPT',
      message: expect.stringContaining(path),
    });
    await made.fetch();
    expect(made.transport.downloads.filter((name) => name === 'linux-image')).toHaveLength(2);
  });

  it('names what is missing when downloads are not allowed', async () => {
    const made = await scene();
    await made.fetch({ components: ['kernel'] });
    await expect(made.fetch({ offline: true })).rejects.toMatchObject({
      code: 'ZOSIA_OFFLINE',
      message: 'not in the cache: libc6, libllama0, tools',
    });
    expect(made.opened).toBe(1);
  });

  it('throws the error of a failed download, and starts no more downloads', async () => {
    const made = await scene();
    const failure = new Error('on purpose');
    made.transport.contents.set('linux-image', failure);
    await expect(made.fetch()).rejects.toBe(failure);
    expect(await made.files('partial')).toEqual([]);
    expect(made.transport.closed).toBe(1);
  });

  it('leaves no unfinished file when it is cancelled', async () => {
    const made = await scene();
    const cancel = new AbortController();
    const reason = new Error('enough');
    const fetching = made.fetch({
      signal: cancel.signal,
      onProgress: () => {
        cancel.abort(reason);
      },
    });
    await expect(fetching).rejects.toBe(reason);
    expect(await made.files('partial')).toEqual([]);
    expect(made.transport.closed).toBe(1);
  });

  it('can run several times at once on one cache', async () => {
    const first = await scene();
    const others = [1, 2, 3].map(() => new Scene(first.cacheDir));
    const results = await Promise.all([first, ...others].map((made) => made.fetch()));
    for (const packages of results) expect(packages).toEqual(results[0]);
    expect(await first.files('packages')).toHaveLength(4);
    expect(await first.files('partial')).toEqual([]);
  });
});

describe('a pinned version that is gone', () => {
  const newer = { ...sample('libllama0-newer'), name: 'libllama0', version: '1:2.0-1' };

  async function goneScene(): Promise<Scene> {
    const made = await scene();
    made.transport.contents.set('libllama0', new PackageGoneError('404'));
    made.transport.current = [sample('libc6'), newer, sample('libnew'), sample('tools')];
    const plain = made.transport.download.bind(made.transport);
    made.transport.download = async (wanted, file, options) => {
      if (wanted.version === newer.version) await writeFile(file, contentsOf('libllama0-newer'));
      else await plain(wanted, file, options);
    };
    return made;
  }

  it('is replaced by the current version of the whole component, with a warning', async () => {
    const made = await goneScene();
    const packages = await made.fetch();
    expect(namesOf(packages)).toEqual(['linux-image', 'libc6', 'libllama0', 'libnew', 'tools']);
    expect(packages.map(({ substituted }) => substituted)).toEqual([
      undefined,
      undefined,
      { pinnedVersion: '1:1.0+dfsg-1' },
      { pinnedVersion: undefined },
      undefined,
    ]);
    expect(made.warnings).toEqual([
      'NOT AS PINNED: using libllama0 1:2.0-1, which forky has now, instead of 1:1.0+dfsg-1, which has gone from the mirror',
      'NOT AS PINNED: using libnew 1:1.0+dfsg-1, which forky has now, instead of another package, which has gone from the mirror',
    ]);
    // What both have in common was downloaded once.
    expect(made.transport.downloads.filter((name) => name === 'tools')).toHaveLength(1);
  });

  it('is replaced by the same version the next time, with the warning', async () => {
    const made = await goneScene();
    const packages = await made.fetch();
    made.warnings.length = 0;
    expect(await made.fetch({ offline: true })).toEqual(packages);
    expect(made.warnings).toHaveLength(2);
    expect(made.opened).toBe(1);
  });

  it('is resolved again when the remembered version or its download is damaged', async () => {
    const made = await goneScene();
    await made.fetch();
    const [record] = await readdir(join(made.cacheDir, 'substitutes'));
    await writeFile(join(made.cacheDir, 'substitutes', record!), '[{"name":"../x"}]');
    expect(await made.fetch()).toHaveLength(5);
    expect(made.opened).toBe(2);

    await writeFile(new PackageCache(made.cacheDir).path(newer), 'damaged');
    await expect(made.fetch()).rejects.toMatchObject({ code: 'ZOSIA_CACHE_CORRUPT' });
    expect(await made.fetch()).toHaveLength(5);
    expect(made.opened).toBe(3);
  });

  it('is an error when frozen, even with a substitute in the cache', async () => {
    const made = await goneScene();
    const refusal = {
      code: 'ZOSIA_PIN_GONE',
      message: 'libllama0 1:1.0+dfsg-1 (forky) has gone from a mirror',
      subject: { option: 'frozen' },
    };
    await expect(made.fetch({ frozen: true })).rejects.toMatchObject(refusal);
    await made.fetch();
    await expect(made.fetch({ frozen: true })).rejects.toMatchObject(refusal);
  });

  it('is an error when nothing can be resolved', async () => {
    const made = await goneScene();
    const snapshot: Transport = {
      source: 'an archive',
      download: (...args) => made.transport.download(...args),
      close: () => made.transport.close(),
    };
    const fetching = fetchComponents(
      { arch: 'aarch64', cacheDir: made.cacheDir },
      { lock, openTransport: () => Promise.resolve(snapshot) },
    );
    await expect(fetching).rejects.toMatchObject({
      code: 'ZOSIA_PIN_GONE',
      hint: expect.stringContaining('Update zosia'),
    });
  });

  it('is an error when the substitute is gone as well', async () => {
    const made = await goneScene();
    made.transport.current = [sample('libc6'), sample('libllama0')];
    await expect(made.fetch()).rejects.toMatchObject({ code: 'ZOSIA_PIN_GONE' });
    expect(existsSync(join(made.cacheDir, 'substitutes'))).toBe(false);
  });
});

describe("with the host's apt", skipWhere(!(await hasApt()), 'no apt here'), () => {
  it('replaces a component whose packages are gone by the current versions of the suite', async () => {
    const server = await serveRepository({
      [sample('linux-image').poolPath]: contentsOf('linux-image'),
      [sample('libc6').poolPath]: contentsOf('libc6'),
      [sample('libllama0').poolPath]: null,
      [sample('tools').poolPath]: null,
    });
    onTestFinished(() => server.close());
    const keyring = await testKeyring();
    const cacheDir = await temporaryFolder('zosia śpace ');
    const warnings: string[] = [];
    const packages = await fetchComponents(
      {
        arch: 'aarch64',
        components: ['kernel', 'llama'],
        cacheDir,
        warn: (line) => void warnings.push(line),
      },
      {
        lock,
        openTransport: () =>
          Promise.resolve(aptTransport({ baseUri: server.url, run: runApt, keyring })),
      },
    );
    expect(namesOf(packages)).toEqual([
      'linux-image',
      'libc6',
      'libggml0',
      'libllama1',
      'libnew2',
      'llama.cpp-tools',
    ]);
    expect(await readFile(packages.at(-1)!.path, 'utf8')).toBe(
      'llama.cpp-tools 1:0.8.0+dfsg-1 arm64\n',
    );
    expect(warnings).toHaveLength(5);
    expect(await readdir(join(cacheDir, 'partial'))).toEqual([]);
  });
});
