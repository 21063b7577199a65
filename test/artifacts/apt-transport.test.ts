import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aptTransport, explainFailure, packageUri } from '../../src/artifacts/apt-transport.js';
import { hasApt, runApt } from '../../src/artifacts/apt.js';
import type { AptRunner } from '../../src/artifacts/apt.js';
import { PackageGoneError } from '../../src/artifacts/transport.js';
import { REPOSITORY, serve, serveRepository, testKeyring, withoutProxy } from './repository.js';
import type { TestServer } from './repository.js';
import { samplePackage, temporaryFolder } from './samples.js';
import { skipWhere } from '../support/skipping.js';

withoutProxy();

const CONTENTS = 'x'.repeat(100_000);
const wanted = samplePackage('libstdc++6', CONTENTS);

describe('explainFailure', () => {
  const failed = `E: Failed to fetch http://mirror.example/${wanted.poolPath} `;

  it.each([
    ['404  Not Found [IP: 192.0.2.1 80]', /^404 Not Found/],
    ['410  Gone [IP: 192.0.2.1 80]', /^410 Gone/],
    ['Failed to stat - stat (2: No such file or directory)', /No such file/],
  ])('classifies "%s" as a missing file', (reason, message) => {
    const error = explainFailure(wanted, `W: something\n${failed} ${reason}\nE: Download Failed\n`);
    expect(error).toBeInstanceOf(PackageGoneError);
    expect(error.message).toMatch(message);
  });

  it.each([
    ['Hash Sum mismatch\n   Hashes of expected file:\n    - SHA256:00', 'ZOSIA_DOWNLOAD_CORRUPT'],
    ['File has unexpected size (1 != 2). Mirror sync in progress?', 'ZOSIA_DOWNLOAD_CORRUPT'],
    ["Could not resolve 'mirror.example'", 'ZOSIA_DOWNLOAD_FAILED'],
    ['500  Internal Server Error', 'ZOSIA_DOWNLOAD_FAILED'],
    ['Error writing to file - write (28: No space left on device)', 'ZOSIA_DISK_FULL'],
  ])('classifies "%s" as %s', (reason, code) => {
    expect(explainFailure(wanted, `${failed} ${reason}\nE: Download Failed\n`)).toMatchObject({
      code,
      hint: expect.any(String),
    });
  });

  it('returns a message when apt printed nothing', () => {
    expect(explainFailure(wanted, '').message).toContain('apt says nothing');
  });
});

describe('packageUri', () => {
  it('escapes plus signs and has local files copied', () => {
    expect(packageUri('http://mirror.example/debian/', wanted)).toBe(
      'http://mirror.example/debian/pool/main/s/sample/libstdc%2B%2B6_1.0%2Bdfsg-1_arm64.deb',
    );
    expect(packageUri('file:/srv/debian/', { poolPath: 'pool/x.deb' })).toBe(
      'copy:/srv/debian/pool/x.deb',
    );
  });
});

describe("apt's downloader, simulated by a program that waits until its progress was read", () => {
  it('reports its progress by the size of its file', async () => {
    const seen = new EventEmitter();
    const run: AptRunner = async (_, args) => {
      for (const size of [10_000, 100_000]) {
        const noticed = once(seen, `${size}`);
        await appendFile(args.at(-2)!, 'x'.repeat(size === 10_000 ? 10_000 : 90_000));
        await noticed;
      }
      return { exitCode: 0, stdout: '', stderr: '' };
    };
    const file = join(await temporaryFolder(), 'download');
    const onBytes = (bytes: number): void => void seen.emit(`${bytes}`);
    await aptTransport({ baseUri: 'http://x/', run }).download(wanted, file, { onBytes });
    expect((await stat(file)).size).toBe(100_000);
  });

  it('is stopped when its file exceeds the pinned size', async () => {
    const run: AptRunner = async (_, args, signal) => {
      await writeFile(args.at(-2)!, 'x'.repeat(100_001));
      await once(signal!, 'abort');
      throw signal!.reason;
    };
    const file = join(await temporaryFolder(), 'download');
    await expect(
      aptTransport({ baseUri: 'http://x/', run }).download(wanted, file, {}),
    ).rejects.toMatchObject({ code: 'ZOSIA_DOWNLOAD_CORRUPT' });
  });
});

describe("the host's apt", skipWhere(!(await hasApt()), 'no apt here'), () => {
  async function repository(
    replace: Readonly<Record<string, Uint8Array | string | null>> = {},
  ): Promise<TestServer> {
    const server = await serveRepository(replace);
    onTestFinished(() => server.close());
    return server;
  }

  it('downloads a file, also into a folder with spaces', async () => {
    const server = await repository({ [wanted.poolPath]: CONTENTS });
    const file = join(await temporaryFolder('zosia śpace '), 'download');
    await aptTransport({ baseUri: server.url, run: runApt }).download(wanted, file, {});
    expect(await readFile(file, 'utf8')).toBe(CONTENTS);
  });

  it('distinguishes a file with wrong bytes from a missing one', async () => {
    const server = await repository({ [wanted.poolPath]: 'y'.repeat(100_000) });
    const transport = aptTransport({ baseUri: server.url, run: runApt });
    const file = join(await temporaryFolder(), 'download');
    await expect(transport.download(wanted, file, {})).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_CORRUPT',
      message: expect.stringContaining(wanted.poolPath),
    });
    expect(existsSync(file)).toBe(false);
    const gone = { ...wanted, poolPath: 'pool/gone.deb' };
    await expect(transport.download(gone, file, {})).rejects.toBeInstanceOf(PackageGoneError);
  });

  it('is stopped when it is cancelled', async () => {
    const cancel = new AbortController();
    const reason = new Error('enough');
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': CONTENTS.length }).write('x');
      cancel.abort(reason);
    });
    onTestFinished(() => server.close());
    const file = join(await temporaryFolder(), 'download');
    const transport = aptTransport({ baseUri: server.url, run: runApt });
    await expect(transport.download(wanted, file, { signal: cancel.signal })).rejects.toBe(reason);
  });

  it.each(['http', 'file'])('resolves the current versions of a suite, over %s', async (scheme) => {
    const baseUri = scheme === 'http' ? (await repository()).url : `file:${encodeURI(REPOSITORY)}`;
    const transport = aptTransport({ baseUri, run: runApt, keyring: await testKeyring() });
    const folder = await temporaryFolder('zosia śpace ');
    const llama = await transport.resolveCurrent!('llama', 'aarch64', folder);
    // Only libraries, and those that only a program needs are not among them.
    expect(llama.map(({ name, version }) => `${name} ${version}`)).toEqual([
      'libc6 2.43-7',
      'libggml0 0.28.0-1',
      'libllama1 1:0.8.0+dfsg-1',
      'libnew2 2.0~rc1-1',
      'llama.cpp-tools 1:0.8.0+dfsg-1',
    ]);
    expect(llama[0]).toMatchObject({ architecture: 'arm64', suite: 'forky' });
    const kernel = await transport.resolveCurrent!('kernel', 'x86_64', await temporaryFolder());
    expect(kernel.map(({ poolPath }) => poolPath)).toEqual([
      'pool/main/x/linux-image-6.1.0-60-cloud-amd64/linux-image-6.1.0-60-cloud-amd64_6.1.200-1_amd64.deb',
    ]);
    const states = await readdir('/var/lib/apt/lists').catch(() => []);
    expect(states.filter((name) => name.includes('127.0.0.1'))).toEqual([]);
  });

  it('rejects an index that was changed', async () => {
    const path = 'dists/forky/main/binary-arm64/Packages';
    const original = await readFile(REPOSITORY + path, 'utf8');
    const server = await repository({ [path]: original.replace('0.28.0-1', '0.29.0-1') });
    const transport = aptTransport({
      baseUri: server.url,
      run: runApt,
      keyring: await testKeyring(),
    });
    await expect(
      transport.resolveCurrent!('llama', 'aarch64', await temporaryFolder()),
    ).rejects.toMatchObject({ code: 'ZOSIA_APT_FAILED', hint: expect.any(String) });
  });

  it.each(['a changed Release file', 'a key that is not trusted', 'no signature'])(
    'rejects an archive with %s',
    async (fault) => {
      const path = 'dists/forky/InRelease';
      const original = await readFile(REPOSITORY + path, 'utf8');
      const server = await repository(
        fault === 'a changed Release file'
          ? { [path]: original.replace('Suite: testing', 'Suite: unstable') }
          : fault === 'no signature'
            ? { [path]: null, 'dists/forky/Release': original.split('\n').slice(3, -9).join('\n') }
            : {},
      );
      const keyring = fault === 'a key that is not trusted' ? {} : { keyring: await testKeyring() };
      const transport = aptTransport({ baseUri: server.url, run: runApt, ...keyring });
      await expect(
        transport.resolveCurrent!('llama', 'aarch64', await temporaryFolder()),
      ).rejects.toMatchObject({ code: 'ZOSIA_APT_FAILED' });
    },
  );

  /** Runs apt as on a host whose configuration has some more options. */
  const configured =
    (...options: string[]): AptRunner =>
    (program, [command, ...args], signal) =>
      runApt(program, [command!, ...options.flatMap((option) => ['-o', option]), ...args], signal);

  it('reports a network error when indexes cannot be downloaded', async () => {
    const server = await serve((_, response) => void response.writeHead(503).end());
    onTestFinished(() => server.close());
    const run = configured('Acquire::Retries=0');
    const transport = aptTransport({ baseUri: server.url, run, keyring: await testKeyring() });
    await expect(
      transport.resolveCurrent!('llama', 'aarch64', await temporaryFolder()),
    ).rejects.toMatchObject({ code: 'ZOSIA_APT_FAILED', message: expect.stringContaining('503') });
  });

  it("does not run the host's hooks, and works with its foreign architectures", async () => {
    const mark = join(await temporaryFolder(), 'mark');
    const run = configured(
      `APT::Update::Pre-Invoke::=touch ${mark}`,
      `APT::Update::Post-Invoke-Success::=touch ${mark}`,
      'APT::Architectures::=amd64',
      'APT::Architectures::=i386',
    );
    const baseUri = `file:${encodeURI(REPOSITORY)}`;
    const transport = aptTransport({ baseUri, run, keyring: await testKeyring() });
    const kernel = await transport.resolveCurrent!('kernel', 'aarch64', await temporaryFolder());
    expect(kernel).toMatchObject([{ architecture: 'arm64' }]);
    expect(existsSync(mark)).toBe(false);
  });

  it('reports that a suite no longer has the first package of a component', async () => {
    const server = await repository();
    const transport = aptTransport({
      baseUri: server.url,
      keyring: await testKeyring(),
      run: (program, args, signal) =>
        runApt(
          program,
          args.map((arg) => (arg === 'llama.cpp-tools' ? 'llama.cpp-gone' : arg)),
          signal,
        ),
    });
    await expect(
      transport.resolveCurrent!('llama', 'aarch64', await temporaryFolder()),
    ).rejects.toMatchObject({
      code: 'ZOSIA_APT_FAILED',
      message: expect.stringContaining('llama.cpp-tools'),
    });
  });
});
