import { describe, expect, it } from 'vitest';
import { nextUrl } from '../../src/download/redirection.js';
import { withoutProxy } from '../artifacts/repository.js';
import { serveFaulty } from '../support/faulty-server.js';
import { place, someBytes } from './support.js';
import { onTestFinished } from 'vitest';

withoutProxy();

const BYTES = someBytes(95_000);

describe('a download that is redirected to another host', () => {
  it('sends no credentials there, goes straight there for the other parts, and asks anew when that ends', async () => {
    const away = await serveFaulty({
      bytes: BYTES,
      fault: (index) => (index === 4 ? { kind: 'status', status: 403 } : undefined),
    });
    onTestFinished(() => away.close());
    const { server, download, file, target, contents } = await place({
      bytes: BYTES,
      fault: () => ({ kind: 'redirect', location: `${away.url.href}?signature=secret` }),
    });
    const credentials = { authorization: 'Bearer secret' };
    await download({ ...file, credentials }, target, { connections: 1 });
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer secret',
      'Bearer secret',
    ]);
    expect(away.requests).toHaveLength(11);
    expect(away.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  it('sends no credentials to an address on the first host that another host has chosen', async () => {
    const away = await serveFaulty({
      bytes: BYTES,
      fault: () => ({ kind: 'redirect', location: `${home.url.origin}/chosen` }),
    });
    onTestFinished(() => away.close());
    const chosen: (string | undefined)[] = [];
    const home = await serveFaulty({
      bytes: BYTES,
      fault: () => ({ kind: 'redirect', location: away.url.href }),
      other: ({ headers }, response) => {
        chosen.push(headers.authorization);
        const [, from, to] = /bytes=(\d+)-(\d+)/.exec(headers.range!)!.map(Number);
        const end = Math.min(to! + 1, BYTES.length);
        response.writeHead(206, {
          etag: '"one"',
          'content-range': `bytes ${from}-${end - 1}/${BYTES.length}`,
        });
        response.end(BYTES.subarray(from, end));
      },
    });
    onTestFinished(() => home.close());
    const { download, file, target, contents } = await place({ bytes: BYTES });
    const credentials = { authorization: 'Bearer secret' };
    await download({ ...file, url: home.url, credentials }, target, { connections: 1 });
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    expect(home.requests[0]!.headers.authorization).toBe('Bearer secret');
    expect(chosen).toEqual(Array(10).fill(undefined));
  });

  it('names that host where it fails, and nothing of the signed address', async () => {
    const away = await serveFaulty({ bytes: BYTES });
    await away.close();
    const { server, download, file, target } = await place(
      {
        bytes: BYTES,
        fault: () => ({ kind: 'redirect', location: `${away.url.href}?signature=secret` }),
      },
      { attempts: 2 },
    );
    const error: unknown = await download(file, target).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      message: expect.stringContaining(
        `cannot download model.gguf from ${away.url.href} (sent there by ${server.url.host}): `,
      ),
    });
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
  });

  it('names that host where it answers with an error, waits and sends other bytes, also when asked directly', async () => {
    const away = await serveFaulty({
      bytes: BYTES,
      fault: (index) => (index === 0 ? undefined : { kind: 'status', status: 500 }),
    });
    onTestFinished(() => away.close());
    const { server, download, file, target } = await place(
      {
        bytes: BYTES,
        fault: () => ({ kind: 'redirect', location: `${away.url.href}?signature=secret` }),
      },
      { attempts: 2 },
    );
    const waits: string[] = [];
    const sent = `${away.url.href} (sent there by ${server.url.host})`;
    await expect(
      download(file, target, { connections: 1, onWait: (reason) => waits.push(reason) }),
    ).rejects.toThrow(`cannot download model.gguf from ${sent}: it answered with status 500`);
    expect(waits).toEqual([expect.stringContaining(`${away.url.host}: it answered`)]);
    const other = await place({
      bytes: BYTES,
      fault: () => ({ kind: 'redirect', location: `${corrupt.url.href}?signature=secret` }),
    });
    const corrupt = await serveFaulty({ bytes: Buffer.alloc(BYTES.length, 1) });
    onTestFinished(() => corrupt.close());
    await expect(other.download(other.file, other.target)).rejects.toThrow(
      `model.gguf from ${corrupt.url.href} (sent there by ${other.server.url.host}) is not the file`,
    );
  });

  it('names all hosts on the way there, and the one that redirects where it may not', async () => {
    const away = await serveFaulty({
      bytes: BYTES,
      fault: () => ({ kind: 'redirect', location: 'ftp://user:secret@third.test/x' }),
    });
    const middle = await serveFaulty({
      bytes: BYTES,
      fault: () => ({ kind: 'redirect', location: away.url.href }),
    });
    onTestFinished(() => away.close());
    onTestFinished(() => middle.close());
    const { server, download, file, target } = await place({
      bytes: BYTES,
      fault: () => ({ kind: 'redirect', location: middle.url.href }),
    });
    await expect(download(file, target)).rejects.toThrow(
      `from ${away.url.href} (sent there by ${server.url.host}, then ${middle.url.host}): it redirects to what is no http`,
    );
  });
});

describe('nextUrl', () => {
  it('follows nothing from https to http', () => {
    expect(() => nextUrl(new URL('https://a.test/x'), 'http://a.test/x', new Set())).toThrow(
      'it redirects to a.test without TLS',
    );
    expect(nextUrl(new URL('http://a.test/x'), 'https://u:p@b.test/y#z', new Set()).href).toBe(
      'https://b.test/y',
    );
  });
});
