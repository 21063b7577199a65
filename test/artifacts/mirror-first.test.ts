import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { fetchComponents } from '../../src/artifacts/fetch.js';
import { MirrorFirst } from '../../src/artifacts/mirror-first.js';
import { mirrorUrl } from '../../src/artifacts/named-mirror.js';
import { PackageGoneError } from '../../src/artifacts/transport.js';
import type { Transport } from '../../src/artifacts/transport.js';
import { serve, serveRepository, withoutProxy } from './repository.js';
import type { TestServer } from './repository.js';
import { sampleLock, samplePackage, temporaryFolder } from './samples.js';

withoutProxy();

const CONTENTS = 'contents';
const wanted = samplePackage('libc6', CONTENTS);

/** A mirror at `url`, before another source, which has everything unless given otherwise. */
function mirrorFirst(url: string, rest: Partial<Transport> = {}) {
  const warnings: string[] = [];
  const asked: string[] = [];
  const transport = new MirrorFirst({
    baseUrl: url,
    warn: (line) => void warnings.push(line),
    http: { firstRetryDelayMs: 1 },
    openRest: () =>
      Promise.resolve({
        source: 'the rest',
        download: async ({ name }, file) => {
          asked.push(name);
          await writeFile(file, 'from the rest');
        },
        close: () => Promise.resolve(),
        ...rest,
      }),
  });
  onTestFinished(() => transport.close());
  return { transport, warnings, asked };
}

async function served(answer: Parameters<typeof serve>[0]): Promise<TestServer> {
  const server = await serve(answer);
  onTestFinished(() => server.close());
  return server;
}

const target = async (): Promise<string> => join(await temporaryFolder(), 'download');

describe('MirrorFirst', () => {
  it('downloads from the mirror what matches the sha256, and opens nothing else', async () => {
    const server = await served((_, response) => response.end(CONTENTS));
    const { transport, asked } = mirrorFirst(`${server.url}debian/`);
    const file = await target();
    await transport.download(wanted, file, {});
    expect(await readFile(file, 'utf8')).toBe(CONTENTS);
    expect(server.requests).toEqual(['/debian/pool/main/s/sample/libc6_1.0%2Bdfsg-1_arm64.deb']);
    expect(asked).toEqual([]);
  });

  it('falls back silently when the mirror does not have what is pinned', async () => {
    const server = await served((_, response) => response.writeHead(404).end());
    const { transport, asked, warnings } = mirrorFirst(server.url);
    await transport.download(wanted, await target(), {});
    await transport.download(wanted, await target(), {});
    expect(asked).toHaveLength(2);
    expect(warnings).toEqual([]);
    // It may have others.
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ['other bytes of the same length', 200, 'CONTENTS'],
    ['fewer bytes', 200, 'CONT'],
    ['more bytes', 200, 'CONTENTS and more'],
    ['a refusal', 403, ''],
  ])('warns once of a mirror with %s, and does not use it again', async (_, status, body) => {
    const server = await served((_path, response) => response.writeHead(status).end(body));
    const { transport, asked, warnings } = mirrorFirst(server.url);
    const file = await target();
    await transport.download(wanted, file, {});
    await transport.download(wanted, await target(), {});
    expect(await readFile(file, 'utf8')).toBe('from the rest');
    expect(asked).toHaveLength(2);
    expect(warnings).toEqual([expect.stringMatching(/127\.0\.0\.1:\d+.*is not asked again$/)]);
    expect(server.requests).toHaveLength(1);
  });

  it('falls back when the mirror cannot be reached', async () => {
    const { transport, asked, warnings } = mirrorFirst('http://127.0.0.1:1/');
    await transport.download(wanted, await target(), {});
    expect(asked).toEqual(['libc6']);
    expect(warnings).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  it('lets the next source report a package that is gone', async () => {
    const server = await served((_, response) => response.writeHead(404).end());
    const { transport } = mirrorFirst(server.url, {
      download: () => Promise.reject(new PackageGoneError('404')),
      resolveCurrent: () => Promise.resolve([wanted]),
    });
    const download = transport.download(wanted, await target(), {});
    await expect(download).rejects.toBeInstanceOf(PackageGoneError);
    expect(transport.source).toBe('the rest');
    await expect(transport.resolveCurrent?.('llama', 'aarch64', '/nowhere')).resolves.toEqual([
      wanted,
    ]);
  });
});

describe('a mirror that the user names', () => {
  beforeEach(() => {
    vi.unstubAllEnvs();
    vi.stubEnv('no_proxy', '127.0.0.1');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each([
    ['https://mirror.test/debian', 'https://mirror.test/debian/'],
    ['http://mirror.test:8080/', 'http://mirror.test:8080/'],
  ])('%s has the base URL %s', (named, url) => {
    expect(mirrorUrl(named)).toBe(url);
  });

  it.each(['mirror.test', 'ftp://mirror.test/', 'https://me:secret@mirror.test/', 'http://m/?a=b'])(
    '%s is rejected, and not repeated in the message',
    (named) => {
      const refused = expect(() => mirrorUrl(named));
      refused.toThrow(expect.objectContaining({ code: 'ZOSIA_BAD_OPTION' }));
      refused.not.toThrow(/secret/);
    },
  );

  it('is used by a fetch', async () => {
    const server = await serveRepository({ [wanted.poolPath]: CONTENTS });
    onTestFinished(() => server.close());
    const mirror = server.url.slice(0, -1);
    const cacheDir = await temporaryFolder();
    const lock = sampleLock([wanted], []);
    const [fetched] = await fetchComponents(
      { arch: 'aarch64', components: ['kernel'], cacheDir, mirror },
      { lock },
    );
    expect(await readFile(fetched!.path, 'utf8')).toBe(CONTENTS);
    expect(server.requests).toHaveLength(1);
  });
});
