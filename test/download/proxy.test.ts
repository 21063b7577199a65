import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { proxyFor, proxyUrls, requireUsableProxy } from '../../src/download/proxy.js';
import { place, someBytes } from './support.js';

describe('proxyFor', () => {
  const of = (url: string, variables: Record<string, string>) => proxyFor(new URL(url), variables);

  it('names the variable and the host, without user and password', () => {
    const HTTPS_PROXY = 'http://user:secret@proxy.test:3128';
    expect(of('https://a.test/', { HTTPS_PROXY })).toEqual({
      variable: 'HTTPS_PROXY',
      host: 'proxy.test:3128',
    });
    expect(of('http://a.test/', { HTTPS_PROXY })).toBeUndefined();
  });

  it.each([
    [{ http_proxy: 'http://one:1', HTTP_PROXY: 'http://two:2' }, 'http_proxy'],
    [{ HTTP_PROXY: 'http://two:2' }, 'HTTP_PROXY'],
    [{ http_proxy: '', HTTP_PROXY: 'http://two:2' }, undefined],
    [{ http_proxy: 'http://one:1', no_proxy: '*' }, undefined],
    [{ http_proxy: 'http://one:1', no_proxy: 'x, .test' }, undefined],
    [{ http_proxy: 'http://one:1', no_proxy: 'a.test:443' }, undefined],
    [{ http_proxy: 'http://one:1', no_proxy: 'a.test:80' }, 'http_proxy'],
    [{ http_proxy: 'http://one:1', no_proxy: 'b.test' }, 'http_proxy'],
  ])('reads %j as undici does', (variables, expected) => {
    expect(of('https://a.test/', variables)?.variable).toBe(expected);
  });
});

const UNUSABLE: readonly [string, RegExp][] = [
  ['ftp://user:secret@127.0.0.1:1', /of the kind ftp/],
  ['socks5://user:secret@127.0.0.1:1', /of the kind socks5/],
  ['http://', /no URL/],
  ['http://[::1', /no URL/],
  ['not a host', /no URL/],
  ['http://us%er:secret@127.0.0.1:1', /%25/],
];

describe('a variable that names no proxy', () => {
  it.each(UNUSABLE)(
    'is refused where it is used, not shown, and not given to undici: %s',
    (value, words) => {
      const variables = { HTTPS_PROXY: value, NO_PROXY: 'b.test' };
      const use = (url: string) => () => {
        requireUsableProxy(new URL(url), proxyFor(new URL(url), variables));
      };
      expect(use('https://a.test/')).toThrow(words);
      expect(use('https://a.test/')).toThrow(/^HTTPS_PROXY names no proxy/);
      expect(use('https://a.test/')).not.toThrow(/secret/);
      expect(use('https://b.test/')).not.toThrow();
      expect(use('http://a.test/')).not.toThrow();
      expect(proxyUrls(variables)).toEqual({ httpProxy: '', httpsProxy: '' });
    },
  );

  it.each([
    ['127.0.0.1:1', '127.0.0.1:1'],
    ['localhost:3128', 'localhost:3128'],
    ['user:secret@proxy.test:3128', 'proxy.test:3128'],
    ['proxy.test', 'proxy.test'],
    ['HTTPS://proxy.test:1', 'proxy.test:1'],
  ])('is none of those without a scheme: %s', (value, host) => {
    const variables = { http_proxy: value };
    expect(proxyFor(new URL('http://a.test'), variables)).toEqual({ variable: 'http_proxy', host });
    expect(new URL(proxyUrls(variables).httpProxy).host).toBe(host);
  });
});

describe('a download through a proxy', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each(UNUSABLE)(
    'fails at once where it cannot be used, and only there: %s',
    async (value, words) => {
      vi.stubEnv('http_proxy', value);
      vi.stubEnv('no_proxy', '');
      const { server, download, file, target, names, contents } = await place({
        bytes: someBytes(10),
      });
      await expect(download(file, target)).rejects.toMatchObject({
        code: 'ZOSIA_BAD_OPTION',
        message: expect.stringMatching(words),
      });
      expect(await names()).toEqual([]);
      expect(server.requests).toEqual([]);
      vi.stubEnv('no_proxy', '127.0.0.1');
      await download(file, target);
      expect(Buffer.compare(await contents(), someBytes(10))).toBe(0);
    },
  );

  it.each(['', 'http://'])('goes through one that is named as %s127.0.0.1:PORT', async (scheme) => {
    const asked: string[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (data) => {
        asked.push(data.toString('latin1').split('\r\n')[0]!);
        socket.end('HTTP/1.1 403 no\r\nContent-Length: 0\r\n\r\n');
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    vi.stubEnv('no_proxy', '');
    vi.stubEnv('http_proxy', `${scheme}127.0.0.1:${(server.address() as AddressInfo).port}`);
    const { download, target } = await place({ bytes: someBytes(10) }, { attempts: 1 });
    const url = new URL('http://models.test/model.gguf');
    await expect(download({ name: 'a model', url }, target)).rejects.toThrow(
      /which http_proxy names/,
    );
    expect(asked).toEqual(['CONNECT models.test:80 HTTP/1.1']);
    await new Promise((resolve) => server.close(resolve));
  });

  it('names the proxy and its variable where that is not there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    vi.stubEnv('no_proxy', '');
    vi.stubEnv('http_proxy', `http://user:secret@127.0.0.1:${port}`);
    const { download, target } = await place({ bytes: someBytes(10) }, { attempts: 2 });
    const url = new URL('http://models.test/model.gguf?token=secret');
    const error: unknown = await download({ name: 'a model', url }, target).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringMatching(
        new RegExp(
          `^cannot download a model from http://models\\.test/\\S*: .*proxy 127\\.0\\.0\\.1:${port}, which http_proxy names`,
        ),
      ),
      hint: expect.stringContaining('the proxy that http_proxy names'),
    });
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
  });
});
