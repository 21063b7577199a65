import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Fault, ServedRequest } from '../support/faulty-server.js';
import { withoutProxy } from '../artifacts/repository.js';
import { place, sha256, someBytes } from './support.js';

withoutProxy();

const BYTES = someBytes(95_000);
const DIGEST = sha256(BYTES);
const OTHER = someBytes(80_000, 2);

const rangesOf = (requests: readonly ServedRequest[]): (string | undefined)[] =>
  requests.map(({ headers }) => headers.range);

describe('downloadFile', () => {
  it('gets ranges side by side, and puts them together', async () => {
    const { server, download, file, target, names, contents } = await place({
      bytes: BYTES,
      pace: { bytes: 2000, everyMs: 2 },
    });
    const seen: [number, number | undefined][] = [];
    const found = await download(file, target, {
      onBytes: (received, total) => void seen.push([received, total]),
    });
    expect(found).toEqual({ sizeBytes: 95_000, sha256: DIGEST });
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    expect(await names()).toEqual(['model.gguf']);
    expect(server.mostAtOnce()).toBe(4);
    expect(new Set(rangesOf(server.requests)).size).toBe(10);
    expect(seen.at(-1)).toEqual([95_000, 95_000]);
    expect(seen.map(([received]) => received)).toEqual(
      seen.map(([received]) => received).sort((a, b) => a - b),
    );
  });

  it('asks for as many ranges at once as it is told', async () => {
    const { server, download, file, target } = await place({
      bytes: BYTES,
      pace: { bytes: 5000, everyMs: 2 },
    });
    await download(file, target, { connections: 1 });
    expect(server.mostAtOnce()).toBe(1);
  });

  it('takes a file of which nothing is known beforehand, and tells its digest', async () => {
    const { download, unknown, target, contents } = await place({ bytes: BYTES });
    expect(await download(unknown, target)).toEqual({ sizeBytes: 95_000, sha256: DIGEST });
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
  });

  it('takes a file in chunks, whose length nobody tells, where nothing is known beforehand', async () => {
    const { server, download, unknown, target, contents } = await place({
      bytes: BYTES,
      other: (_, response) => {
        response.writeHead(200).write(BYTES.subarray(0, 30_000));
        response.end(BYTES.subarray(30_000));
      },
    });
    const chunked = { ...unknown, url: new URL('/chunked', server.url) };
    expect(await download(chunked, target)).toEqual({ sizeBytes: 95_000, sha256: DIGEST });
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
  });

  it('takes the whole file over one connection from a server without ranges', async () => {
    const { server, download, file, target, contents } = await place({
      bytes: BYTES,
      hasRanges: false,
    });
    await download(file, target);
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    expect(server.requests).toHaveLength(1);
  });

  it.each(['weak', 'none'] as const)(
    'puts no parts together that nothing holds together: tag %s, no date, no digest',
    async (tag) => {
      const { server, download, unknown, target, contents } = await place({
        bytes: BYTES,
        tag,
        lastModified: null,
        fault: (index) => (index === 1 ? { kind: 'reset', afterBytes: 30_000 } : undefined),
      });
      await download(unknown, target);
      expect(Buffer.compare(await contents(), BYTES)).toBe(0);
      expect(rangesOf(server.requests)).toEqual(['bytes=0-9999', undefined, undefined]);
      expect(server.requests.every(({ headers }) => headers['if-range'] === undefined)).toBe(true);
    },
  );

  it('sends no weak tag in If-Range, and uses ranges where the digest is known', async () => {
    const { server, download, file, target, contents } = await place({
      bytes: BYTES,
      tag: 'weak',
      lastModified: null,
    });
    await download(file, target);
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    expect(new Set(rangesOf(server.requests)).size).toBe(10);
    expect(server.requests.every(({ headers }) => headers['if-range'] === undefined)).toBe(true);
  });

  it('goes on with a range where a body ends early or a connection is reset', async () => {
    const { server, download, unknown, target, contents } = await place({
      bytes: BYTES,
      fault: (index) =>
        index % 2 === 0
          ? { kind: index % 4 === 0 ? 'reset' : 'truncate', afterBytes: 4000 }
          : undefined,
    });
    await download(unknown, target, { connections: 1 });
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    expect(rangesOf(server.requests).slice(0, 4)).toEqual([
      'bytes=0-9999',
      'bytes=4000-9999',
      'bytes=10000-19999',
      'bytes=14000-19999',
    ]);
    expect(server.requests[2]!.headers['if-range']).toMatch(/^"/);
  });

  it('gives up after some tries that bring nothing, and goes on from there in the next run', async () => {
    let isAway = true;
    const { server, download, file, target, names, contents } = await place(
      {
        bytes: BYTES,
        fault: (index) => (isAway && index > 2 ? { kind: 'reset', afterBytes: 0 } : undefined),
      },
      { attempts: 3 },
    );
    await expect(download(file, target, { connections: 1 })).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringMatching(
        /^cannot download model\.gguf from http:\/\/127\.0\.0\.1:\d+\/folder\/model\.gguf: /,
      ),
    });
    expect(server.requests).toHaveLength(6);
    expect(await names()).toEqual(['model.gguf.part', 'model.gguf.part.json']);
    isAway = false;
    const seen: number[] = [];
    await download(file, target, { onBytes: (received) => void seen.push(received) });
    expect(seen[0]).toBe(30_000);
    expect(rangesOf(server.requests)[6]).toBe('bytes=30000-39999');
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    expect(await names()).toEqual(['model.gguf']);
  });

  it('leaves connections that a server does not want to others', async () => {
    const { server, download, file, target, contents } = await place(
      {
        bytes: BYTES,
        pace: { bytes: 2000, everyMs: 5 },
        fault: (): Fault | undefined =>
          server.running() > 2 ? { kind: 'reset', afterBytes: 0 } : undefined,
      },
      { attempts: 2 },
    );
    await download(file, target);
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
  });

  it('keeps what is there when it is cancelled', async () => {
    const { server, download, file, target, names, contents } = await place({
      bytes: BYTES,
      pace: { bytes: 1000, everyMs: 2 },
    });
    const cancel = new AbortController();
    const reason = new Error('cancelled by a test');
    const work = download(file, target, {
      signal: cancel.signal,
      onBytes: (received) => {
        if (received > 40_000) cancel.abort(reason);
      },
    });
    await expect(work).rejects.toBe(reason);
    expect(await names()).toEqual(['model.gguf.part', 'model.gguf.part.json']);
    const before = server.requests.length;
    await download(file, target);
    expect(server.requests.length - before).toBeLessThan(10);
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
  });

  it('takes nothing for there but what the journal says', async () => {
    const { download, file, target, contents } = await place({ bytes: BYTES });
    // As if all of it had been allocated, and nothing written.
    await writeFile(`${target}.part`, new Uint8Array(BYTES.length));
    await download(file, target);
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
  });

  it('begins anew where an earlier run has left damaged bytes, and says so', async () => {
    const { download, file, target, contents, server } = await place({
      bytes: BYTES,
      fault: (index) => (index === 3 ? { kind: 'status', status: 404 } : undefined),
    });
    await expect(download(file, target, { connections: 1 })).rejects.toThrow('no such file');
    const damaged = await readFile(`${target}.part`);
    damaged[12_345]! ^= 1;
    await writeFile(`${target}.part`, damaged);
    const notes: string[] = [];
    await download(file, target, { onNote: (line) => void notes.push(line) });
    expect(notes).toEqual([expect.stringContaining('is damaged: it is downloaded anew')]);
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    expect(server.requests.length).toBeGreaterThan(14);
  });

  it.each(['a broken journal', 'a journal of more than the file has', 'a file that is too short'])(
    'begins anew with %s',
    async (what) => {
      const { download, file, target, contents } = await place({ bytes: BYTES });
      const have = what === 'a journal of more than the file has' ? [[0, 95_001]] : [[0, 50_000]];
      const journal = {
        schema: 1,
        from: file.url.href,
        sizeBytes: 95_000,
        sha256: DIGEST,
        version: {},
        have,
      };
      const text = JSON.stringify(journal);
      await writeFile(`${target}.part.json`, what === 'a broken journal' ? text.slice(5) : text);
      await writeFile(`${target}.part`, BYTES.subarray(0, 40_000));
      await download(file, target);
      expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    },
  );

  it('begins anew when the file has changed since an earlier run, and says so', async () => {
    const { server, download, unknown, target, contents } = await place({
      bytes: BYTES,
      fault: (index) => (index === 3 ? { kind: 'status', status: 403 } : undefined),
    });
    await expect(download(unknown, target, { connections: 1 })).rejects.toThrow('403');
    server.change(OTHER);
    const notes: string[] = [];
    const found = await download(unknown, target, { onNote: (line) => void notes.push(line) });
    expect(found.sha256).toBe(sha256(OTHER));
    expect(Buffer.compare(await contents(), OTHER)).toBe(0);
    expect(notes).toEqual([expect.stringMatching(/has changed on 127\.0\.0\.1:\d+: it is/)]);
  });

  it('begins anew when the file changes under way, and gives up when it goes on changing', async () => {
    const changing = await place({
      bytes: BYTES,
      fault: (index) => (index === 5 ? { kind: 'change', bytes: OTHER } : undefined),
    });
    const found = await changing.download(changing.unknown, changing.target);
    expect(found.sha256).toBe(sha256(OTHER));
    const never = await place({
      bytes: BYTES,
      fault: (index) => ({ kind: 'change', bytes: someBytes(90_000, index + 3) }),
    });
    await expect(never.download(never.unknown, never.target)).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringContaining('changes there again and again'),
    });
    expect(await never.names()).not.toContain('model.gguf');
  });

  it('sees by a weak tag that the file has changed, where If-Range cannot be sent', async () => {
    const { server, download, file, target, contents } = await place({
      bytes: BYTES,
      tag: 'weak',
      lastModified: null,
      fault: (index) =>
        index === 5 || index === 6
          ? { kind: 'change', bytes: index === 5 ? someBytes(95_000, 3) : BYTES }
          : undefined,
    });
    const notes: string[] = [];
    await download(file, target, { connections: 1, onNote: (line) => void notes.push(line) });
    expect(notes).toEqual([expect.stringContaining('has changed on')]);
    expect(server.requests).toHaveLength(16);
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
  });

  it('keeps nothing of a file with another digest, and the next run succeeds', async () => {
    let isBad = true;
    const { download, file, target, names, contents } = await place({
      bytes: BYTES,
      fault: (index) => (isBad && index === 4 ? { kind: 'corrupt', at: 77 } : undefined),
    });
    await expect(download(file, target)).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_CORRUPT',
      message: expect.stringContaining('its sha256 differs'),
    });
    expect(await names()).toEqual([]);
    isBad = false;
    await download(file, target);
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
  });

  it('stores no empty file', async () => {
    for (const known of [true, false]) {
      const { download, file, unknown, target, names } = await place({
        bytes: BYTES,
        fault: () => ({ kind: 'empty' }),
      });
      await expect(download(known ? file : unknown, target)).rejects.toMatchObject({
        code: 'ZOSIA_DOWNLOAD_CORRUPT',
        message: expect.stringMatching(known ? /it has 0 bytes, not 95000$/ : /it is empty$/),
      });
      expect(await names()).toEqual([]);
    }
  });

  it('writes no more than a file may have', async () => {
    const { download, file, unknown, target, names } = await place({
      bytes: BYTES,
      hasRanges: false,
    });
    const code = 'ZOSIA_DOWNLOAD_CORRUPT';
    await expect(download({ ...unknown, maxBytes: 94_999 }, target)).rejects.toMatchObject({
      code,
    });
    await expect(download({ ...file, sizeBytes: 94_999 }, target)).rejects.toMatchObject({ code });
    const chunked = await place({
      bytes: BYTES,
      fault: () => ({ kind: 'longer' }),
      hasRanges: false,
    });
    await expect(chunked.download(chunked.file, chunked.target)).rejects.toMatchObject({ code });
    expect([...(await names()), ...(await chunked.names())]).toEqual([]);
  });

  it('does not believe the end of a connection to be the end of a file', async () => {
    const { download, unknown, target, names } = await place({
      bytes: BYTES,
      hasRanges: false,
      fault: () => ({ kind: 'no-length' }),
    });
    await expect(download(unknown, target)).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringContaining('does not tell where the file ends'),
    });
    expect(await names()).not.toContain('model.gguf');
  });

  it('tries again, a few times, where the connection ends before a file of known size does', async () => {
    const bytes = BYTES.subarray(0, 20_000);
    let asked = 0;
    let whole = 2;
    const { server, download, file, target, names, contents } = await place({
      bytes,
      other: (_, response) => {
        response.useChunkedEncodingByDefault = false;
        response.writeHead(200).end(asked++ === whole ? bytes : bytes.subarray(0, 4000));
      },
    });
    const closed = { ...file, url: new URL('/closed', server.url) };
    for (const remote of [closed, { ...closed, sha256: undefined }]) {
      asked = 0;
      await download(remote, target);
      expect(asked).toBe(3);
      expect(Buffer.compare(await contents(), bytes)).toBe(0);
    }
    whole = Infinity;
    asked = 0;
    await expect(download(closed, `${target}.2`)).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringContaining('its answer ends early'),
    });
    expect(asked).toBeLessThan(10);
    expect(await names()).toContain('model.gguf.2.part');
  });

  it('refuses a file that is packed on the way', async () => {
    const { download, unknown, target } = await place({
      bytes: BYTES,
      fault: () => ({ kind: 'packed' }),
    });
    await expect(download(unknown, target)).rejects.toThrow('in the coding "gzip"');
  });

  it.each(['other-range', 'short-range', 'whole', 'longer'] as const)(
    'asks again where one answer is wrong: %s',
    async (kind) => {
      const { download, unknown, target, contents } = await place({
        bytes: BYTES,
        fault: (index) => (index % 3 === 1 ? { kind } : undefined),
      });
      await download(unknown, target);
      expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    },
  );

  it.each([
    [401, /wants to know who asks/, /account/],
    [403, /does not let you have this/, /terms/],
    [404, /has no such file/, /name/],
    [410, /has this file no longer/, /removed/],
    [418, /answered with status 418$/, /name/],
  ])('tells status %d for what it is, and does not try again', async (status, words, hint) => {
    const { server, download, unknown, target } = await place({
      bytes: BYTES,
      fault: () => ({ kind: 'status', status }),
    });
    await expect(download(unknown, target)).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringMatching(words),
      hint: expect.stringMatching(hint),
    });
    expect(server.requests).toHaveLength(1);
    await expect(
      download(unknown, target, { hints: (code) => `about ${code ?? 'none'}` }),
    ).rejects.toMatchObject({ hint: `about ${status}` });
  });

  it('tries again where the server fails, and tells the status in the end', async () => {
    const { server, download, unknown, target } = await place(
      { bytes: BYTES, fault: () => ({ kind: 'status', status: 502 }) },
      { attempts: 3 },
    );
    const waits: string[] = [];
    await expect(
      download(unknown, target, { onWait: (reason) => void waits.push(reason) }),
    ).rejects.toThrow('status 502');
    expect(server.requests).toHaveLength(3);
    expect(waits).toEqual(Array(2).fill(expect.stringMatching(/^127\.0\.0\.1:\d+: .*502/)));
  });

  it.each(['seconds', 'a date'])('waits as long as the server asks, in %s', async (form) => {
    const { download, file, target } = await place({
      bytes: BYTES,
      fault: (index) => {
        const after = form === 'seconds' ? '1' : new Date(Date.now() + 2000).toUTCString();
        return index === 2
          ? { kind: 'status', status: 429, headers: { 'retry-after': after } }
          : undefined;
      },
    });
    const waits: [string, number][] = [];
    const began = performance.now();
    await download(file, target, { onWait: (reason, ms) => void waits.push([reason, ms]) });
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(waits[0]).toEqual([expect.stringContaining('limits how much'), expect.any(Number)]);
  });

  it('does not wait longer than it may', async () => {
    for (const status of [429, 500]) {
      const { server, download, file, target } = await place({
        bytes: BYTES,
        fault: () => ({ kind: 'status', status, headers: { 'retry-after': '86400' } }),
      });
      await expect(download(file, target)).rejects.toMatchObject({
        message: expect.stringMatching(
          new RegExp(`status ${status}.*; it wants to be left alone for 24 hours$`),
        ),
        hint: 'Run the same command again in 24 hours.',
      });
      expect(server.requests).toHaveLength(1);
    }
  });

  it.each([
    ['stall', { kind: 'stall', afterBytes: 2000 }],
    ['drip', { kind: 'drip', afterBytes: 2000, everyMs: 10 }],
  ] as const)('leaves a connection that does not get on: %s', async (_, fault) => {
    const limits = { rateWindowMs: 150, leastBytesPerSecond: 10_000, attempts: 2 };
    const once = await place(
      { bytes: BYTES, fault: (index) => (index === 1 ? fault : undefined) },
      limits,
    );
    await once.download(once.unknown, once.target);
    expect(Buffer.compare(await once.contents(), BYTES)).toBe(0);
    const always = await place(
      { bytes: BYTES, fault: () => ({ ...fault, afterBytes: 0 }) },
      limits,
    );
    await expect(always.download(always.unknown, always.target)).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringMatching(
        /from http:\/\/127\.0\.0\.1:\d+\/folder\/model\.gguf: (it sent \d+ bytes in|it sends nothing any more)/,
      ),
    });
  });

  it('stops where a file of unknown size does not fit, and keeps nothing of it', async () => {
    const bytes = someBytes(2_000_000);
    let freeBytes = 600_000;
    const { download, unknown, target, names } = await place(
      { bytes, hasRanges: false, fault: () => ({ kind: 'longer' }) },
      { segmentBytes: 400_000, readFree: () => Promise.resolve((freeBytes -= 400_000)) },
    );
    const seen: number[] = [];
    const got = download(unknown, target, { onBytes: (received) => void seen.push(received) });
    await expect(got).rejects.toMatchObject({ code: 'ZOSIA_DISK_FULL' });
    expect(seen.at(-1)).toBeLessThan(1_500_000);
    expect(await names()).toEqual([]);
  });

  it('keeps no part of a file of unknown size', async () => {
    const { server, download, unknown, target, names } = await place(
      {
        bytes: BYTES,
        other: (_, response) => {
          response.writeHead(200).write(BYTES.subarray(0, 4000), () => {
            setTimeout(() => response.destroy(), 5);
          });
        },
      },
      { attempts: 2 },
    );
    const cut = { ...unknown, url: new URL('/cut', server.url) };
    await expect(download(cut, target)).rejects.toMatchObject({ code: 'ZOSIA_DOWNLOAD_FAILED' });
    expect(await names()).toEqual([]);
  });

  it('checks free space before it receives anything', async () => {
    const { server, download, file, target, names } = await place(
      { bytes: BYTES },
      { readFree: () => Promise.resolve(94_999) },
    );
    await expect(download(file, target)).rejects.toMatchObject({
      code: 'ZOSIA_DISK_FULL',
      message: expect.stringMatching(/it needs 1 MiB, 0 MiB are free$/),
    });
    expect(server.requests).toHaveLength(1);
    expect(await names()).not.toContain('model.gguf');
  });
});
