import * as v from 'valibot';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openHttpClient } from '../../src/download/api.js';
import { jsonOf, offlineClient } from '../../src/download/http-client.js';
import type { HttpClient } from '../../src/download/http-client.js';
import type { HttpOptions } from '../../src/download/http.js';
import { served, withoutProxy } from '../artifacts/repository.js';

withoutProxy();

function client(options: HttpOptions = {}): HttpClient {
  const opened = openHttpClient({
    firstRetryDelayMs: 1,
    attempts: 3,
    stallTimeoutMs: 500,
    ...options,
  });
  onTestFinished(() => opened.close());
  return opened;
}

const what = 'the files of owner/repo';
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('openHttpClient', () => {
  it.each([200, 204, 304, 401, 403, 404])(
    'gives an answer with status %d to the caller',
    async (status) => {
      const server = await served((_, response) =>
        response
          .writeHead(status, { 'x-one': ['a', 'b'] })
          .end(status === 200 ? 'body' : undefined),
      );
      const answer = await client().request(new URL(server.url), { what });
      expect(answer).toMatchObject({ status, headers: { 'x-one': 'a, b' } });
      expect(textOf(answer.bytes)).toBe(status === 200 ? 'body' : '');
      expect(server.requests).toHaveLength(1);
    },
  );

  it('tries again after 5xx and broken answers, and tells what was asked for in the end', async () => {
    const server = await served(
      (_, response) => response.writeHead(500).end(),
      (_, response) => response.writeHead(200, { 'content-length': 9 }).destroy(),
      (_, response) => response.end('there'),
    );
    expect(textOf((await client().request(new URL(server.url), { what })).bytes)).toBe('there');
    const never = await served((_, response) => response.writeHead(502).end());
    await expect(
      client().request(new URL(`${never.url}?token=secret`), { what }),
    ).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringMatching(
        /^cannot ask 127\.0\.0\.1:\d+ for the files of owner\/repo: it answered with status 502/,
      ),
    });
  });

  it('takes no longer body than allowed', async () => {
    const server = await served((_, response) => response.end('x'.repeat(1001)));
    await expect(client().request(new URL(server.url), { what, maxBytes: 1000 })).rejects.toThrow(
      'longer than 1000 bytes',
    );
  });

  it('sends credentials to the first origin alone, and not to another, nor on the way back', async () => {
    const seen: (string | undefined)[] = [];
    const home = await served(
      (_, response, request) => {
        seen.push(request.headers.authorization);
        response.writeHead(307, { location: '/again' }).end();
      },
      (_, response, request) => {
        seen.push(request.headers.authorization);
        response.writeHead(302, { location: `${away.url}signed?secret=1` }).end();
      },
      (_, response, request) => {
        seen.push(request.headers.authorization);
        response.end('home');
      },
    );
    const away = await served((_, response, request) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: `${home.url}back` }).end();
    });
    const answer = await client().request(new URL(home.url), {
      what,
      credentials: { authorization: 'Bearer secret' },
    });
    expect(textOf(answer.bytes)).toBe('home');
    expect(seen).toEqual(['Bearer secret', 'Bearer secret', undefined, undefined]);
  });

  it('gives redirections that are not to be followed to the caller', async () => {
    const server = await served(
      (_, response) => response.writeHead(302, { location: '/same', 'x-size': '7' }).end(),
      (_, response) => response.writeHead(302, { location: 'http://elsewhere.test/' }).end(),
    );
    const url = new URL(server.url);
    const none = await client().request(url, { what, method: 'HEAD', redirects: 'none' });
    expect(none).toMatchObject({ status: 302, headers: { 'x-size': '7' } });
    const elsewhere = await client().request(url, { what, redirects: 'same-host' });
    expect(elsewhere.headers['location']).toBe('http://elsewhere.test/');
  });

  it('leaves a server alone for as long as it asks', async () => {
    const server = await served(
      (_, response) => response.writeHead(429, { 'retry-after': '1' }).end(),
      (_, response) => response.end('there'),
    );
    const waits: number[] = [];
    await client().request(new URL(server.url), { what, onWait: (_, ms) => void waits.push(ms) });
    expect(waits[0]).toBeGreaterThan(900);
  });
});

describe('jsonOf', () => {
  const url = new URL('https://hub.test/api?token=secret');
  const schema = v.object({ name: v.string() });

  it('checks what came against a schema', () => {
    const bytes = Buffer.from('{"name": "a"}');
    expect(jsonOf({ bytes, url }, schema, what)).toEqual({ name: 'a' });
  });

  it.each([
    ['<html>', 'it is not JSON'],
    ['{"name": 1}', 'name is 1, not text'],
    ['\u00ff', 'it is not UTF-8'],
  ])('tells what is wrong with %j, without what is secret in the URL', (text, problem) => {
    const bytes = Buffer.from(text, 'latin1');
    expect(() => jsonOf({ bytes, url }, schema, what)).toThrow(
      expect.objectContaining({
        code: 'ZOSIA_DOWNLOAD_FAILED',
        message: expect.stringMatching(`^hub\\.test tells the files of owner/repo .*${problem}`),
      }),
    );
  });
});

describe('offlineClient', () => {
  it('tells what is missing', async () => {
    await expect(
      offlineClient().request(new URL('https://hub.test/'), { what }),
    ).rejects.toMatchObject({
      code: 'ZOSIA_OFFLINE',
      message: 'the files of owner/repo would have to be asked of hub.test',
    });
  });
});
