import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { HttpOptions } from '../../src/artifacts/http-transport.js';
import type { LockedPackage } from '../../src/artifacts/lock.js';
import { snapshotTransport } from '../../src/artifacts/snapshot-transport.js';
import type { DownloadOptions } from '../../src/artifacts/transport.js';
import { PackageGoneError } from '../../src/artifacts/transport.js';
import { leapingClock } from '../support/leaping-clock.js';
import { serve } from './repository.js';
import type { TestServer } from './repository.js';
import { samplePackage, temporaryFolder } from './samples.js';

const CONTENTS = 'x'.repeat(100_000);
const wanted = samplePackage('libstdc++6', CONTENTS);
const snapshot = { bookworm: '20240210T161637Z', forky: '20240401T020801Z' };

beforeEach(() => {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'no_proxy', 'NO_PROXY']) vi.stubEnv(name, '');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

interface Attempt {
  readonly file: string;
  readonly server: TestServer;
  readonly received: number[];
  readonly result: Promise<void>;
}

/** Downloads from a server that gives the nth request the nth answer, and later ones the last. */
async function download(
  answers: ((response: ServerResponse) => void)[],
  {
    stallTimeoutMs = 30_000,
    attempts = 3,
    patienceMs = 60_000,
    clock,
    random,
    ...options
  }: DownloadOptions & HttpOptions = {},
  item: LockedPackage = wanted,
): Promise<Attempt> {
  let count = 0;
  const server = await serve((_, response) => {
    answers[Math.min(count++, answers.length - 1)]!(response);
  });
  const transport = snapshotTransport({
    snapshot,
    baseUrl: `${server.url}archive/debian/`,
    stallTimeoutMs,
    attempts,
    firstRetryDelayMs: 1,
    patienceMs,
    clock,
    random,
  });
  onTestFinished(async () => {
    await server.close();
    await transport.close();
  });
  const file = join(await temporaryFolder(), 'download');
  const received: number[] = [];
  const onBytes: DownloadOptions['onBytes'] = (bytes, total) => {
    received.push(bytes);
    options.onBytes?.(bytes, total);
  };
  const result = transport.download(item, file, { ...options, onBytes });
  result.catch(() => undefined);
  return { file, server, received, result };
}

const whole = (response: ServerResponse): void => void response.end(CONTENTS);
const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(code, headers).end('no');

describe('snapshotTransport', () => {
  it('requests the pool path at the time of the suite, with plus signs escaped', async () => {
    const { file, server, received, result } = await download([whole]);
    await result;
    expect(await readFile(file, 'utf8')).toBe(CONTENTS);
    expect(received.at(-1)).toBe(CONTENTS.length);
    expect(server.requests).toEqual([
      '/archive/debian/20240401T020801Z/pool/main/s/sample/libstdc%2B%2B6_1.0%2Bdfsg-1_arm64.deb',
    ]);
  });

  it('follows redirects, within limits', async () => {
    const moved = await download([status(302, { location: '/elsewhere' }), whole]);
    await moved.result;
    expect(await readFile(moved.file, 'utf8')).toBe(CONTENTS);
    expect(moved.server.requests[1]).toBe('/elsewhere');

    const circle = await download([status(302, { location: '/again' })]);
    await expect(circle.result).rejects.toMatchObject({ code: 'ZOSIA_DOWNLOAD_FAILED' });
    expect(circle.server.requests.length).toBeLessThan(30);
  });

  it.each([429, 500, 503])('retries after status %i', async (code) => {
    const { file, server, result } = await download([status(code), whole]);
    await result;
    expect(server.requests).toHaveLength(2);
    expect(await readFile(file, 'utf8')).toBe(CONTENTS);
  });

  it.each([
    [500, 'longest', 3],
    [503, 'longest', 3],
    [503, 'shortest', 4],
  ])(
    'gives up after a few retries (status %i, with the %s pauses)',
    async (code, pauses, tries) => {
      // Pauses of 1 and 2 ms fit in, or of half of these and of 4 ms, and no further one.
      const { server, result } = await download([status(code)], {
        patienceMs: 6,
        clock: leapingClock(),
        random: () => (pauses === 'longest' ? 1 : 0),
      });
      await expect(result).rejects.toMatchObject({
        code: 'ZOSIA_DOWNLOAD_FAILED',
        message: expect.stringMatching(new RegExp(`archive \\(127\\.0\\.0\\.1:\\d+\\).*${code}`)),
        hint: expect.stringContaining('name a mirror with mirror'),
      });
      expect(server.requests).toHaveLength(tries);
    },
  );

  it('does not retry after a client error', async () => {
    const { server, result } = await download([status(403)]);
    await expect(result).rejects.toMatchObject({ code: 'ZOSIA_DOWNLOAD_FAILED' });
    expect(server.requests).toHaveLength(1);
  });

  it.each([404, 410])('reports that a file is gone after status %i', async (code) => {
    const { server, result } = await download([status(code)]);
    await expect(result).rejects.toBeInstanceOf(PackageGoneError);
    expect(server.requests).toHaveLength(1);
  });

  it('stops at more bytes than the pinned size, and reports a corrupt download', async () => {
    const { file, server, result } = await download([
      (response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(CONTENTS));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      },
    ]);
    await expect(result).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_CORRUPT',
      message: expect.stringContaining(wanted.poolPath),
    });
    expect((await readFile(file)).length).toBeLessThanOrEqual(wanted.sizeBytes);
    expect(server.requests).toHaveLength(1);
  });

  it('starts the download again after the connection breaks off', async () => {
    const { file, server, result } = await download([
      (response) => {
        response.writeHead(200, { 'content-length': CONTENTS.length });
        response.write('y'.repeat(50_000), () => response.destroy());
      },
      whole,
    ]);
    await result;
    expect(server.requests).toHaveLength(2);
    expect(await readFile(file, 'utf8')).toBe(CONTENTS);
  });

  it.each([
    ['before its headers', (): void => undefined],
    ['in the middle', (response: ServerResponse): void => void response.write('x')],
  ])('retries when the server stalls %s', async (_, stall) => {
    // On a busy host further tries may seem to stall, too.
    const { file, server, result } = await download([stall, whole], {
      stallTimeoutMs: 500,
      attempts: 100,
    });
    await result;
    expect(server.requests.length).toBeGreaterThanOrEqual(2);
    expect(await readFile(file, 'utf8')).toBe(CONTENTS);
  });

  it('reports why the archive cannot be reached, and creates no file', async () => {
    const transport = snapshotTransport({
      snapshot,
      baseUrl: 'http://127.0.0.1:1/',
      attempts: 2,
      firstRetryDelayMs: 1,
    });
    const file = join(await temporaryFolder(), 'download');
    await expect(transport.download(wanted, file, {})).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await transport.close();
    expect(existsSync(file)).toBe(false);
  });

  it.each(['waiting for an answer', 'receiving', 'waiting to try again'])(
    'rejects with the reason when it is cancelled while %s',
    async (state) => {
      const cancel = new AbortController();
      const reason = new Error('enough');
      const abort = (): void => {
        cancel.abort(reason);
      };
      const { result, server } = await download(
        [
          (response) => {
            if (state === 'waiting for an answer') abort();
            if (state === 'receiving') response.write('x');
            if (state === 'waiting to try again') status(503, { 'retry-after': '20' })(response);
          },
        ],
        { signal: cancel.signal, onBytes: abort, onWait: abort },
      );
      await expect(result).rejects.toBe(reason);
      expect(server.requests).toHaveLength(1);
    },
  );

  it('uses the proxy of the environment', async () => {
    vi.stubEnv('http_proxy', 'http://127.0.0.1:1');
    const { result, server } = await download([whole]);
    await expect(result).rejects.toMatchObject({ code: 'ZOSIA_DOWNLOAD_FAILED' });
    expect(server.requests).toEqual([]);
  });
});
