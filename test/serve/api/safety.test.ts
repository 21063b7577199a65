import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { RawClient } from './raw-client.js';
import { serveFake } from './serve-fake.js';

const folder = temporaryFolder();

describe('keys', () => {
  const keys = ['first-key', 'second-key'];
  const status = async (url: string, headers: Record<string, string>) =>
    (await fetch(url, { headers })).status;

  it('let in by either header, any of them', async () => {
    await using served = await serveFake({ keys });
    const url = `${served.url}/v1/models`;
    for (const key of keys) {
      expect(await status(url, { authorization: `Bearer ${key}` })).toBe(200);
      expect(await status(url, { authorization: `bearer ${key}` })).toBe(200);
      expect(await status(url, { 'x-api-key': key })).toBe(200);
    }
  });

  it.each<Record<string, string>>([
    {},
    { authorization: 'Bearer first-ke' },
    { authorization: 'Bearer first-key2' },
    { authorization: 'Bearer ' },
    { authorization: 'Basic first-key' },
    { authorization: 'first-key' },
    { 'x-api-key': '' },
    { 'x-api-key': 'first-key, second-key' },
    { 'x-api-key': 'wrong', authorization: '' },
  ])('do not let in %j', async (headers) => {
    await using served = await serveFake({ keys });
    for (const path of ['/v1/models', '/metrics', '/nothing']) {
      expect(await status(served.url + path, headers)).toBe(401);
    }
    expect(await status(`${served.url}/health`, headers)).toBe(200);
  });

  it('are asked for before the body comes, in the shape of the API', async () => {
    await using served = await serveFake({ keys });
    const openai = await served.post('/v1/completions', 'x'.repeat(100_000));
    expect(openai.headers.get('www-authenticate')).toBe('Bearer');
    expect(await openai.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
    const anthropic = await served.post('/v1/messages', '{}');
    expect(await anthropic.json()).toMatchObject({
      type: 'error',
      error: { type: 'authentication_error' },
    });
  });

  it('let nobody in when there are none', async () => {
    await using served = await serveFake({ keys: [] });
    expect(await status(`${served.url}/v1/models`, { 'x-api-key': '' })).toBe(401);
    expect(await status(`${served.url}/v1/models`, { 'x-api-key': 'a' })).toBe(401);
  });
});

describe('the Host header', () => {
  it.each([
    ['localhost', 200],
    ['LOCALHOST:9931', 200],
    ['[::1]:80', 200],
    ['zosia.example:443', 200],
    ['zosia.example', 403],
    ['zosia.example:80', 403],
    ['evil.example', 403],
    ['localhost.evil.example', 403],
    ['', 403],
  ])('%j gives %i', async (host, status) => {
    const allowedHosts = ['localhost', '[::1]', 'zosia.example:443'];
    await using served = await serveFake({ allowedHosts: () => allowedHosts, keys: ['key'] });
    const client = new RawClient(served.port);
    void client.send(`GET /health HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    await client.closed;
    expect(client.received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});

describe('pages of other sites', () => {
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
      },
    });
  const ALLOW = 'access-control-allow-origin';

  it('may ask when they are named', async () => {
    const allowedOrigins = ['https://page.example', 'https://other.example'];
    await using served = await serveFake({ allowedOrigins, keys: ['key'] });
    for (const origin of allowedOrigins) {
      const response = await preflight(served.url, origin);
      expect([response.status, response.headers.get(ALLOW)]).toEqual([204, origin]);
      expect(response.headers.get('access-control-allow-headers')).toContain('authorization');
      expect(response.headers.has('access-control-allow-credentials')).toBe(false);
      const refused = await fetch(`${served.url}/v1/models`, { headers: { origin } });
      expect([refused.status, refused.headers.get(ALLOW)]).toEqual([401, origin]);
    }
    const evil = await preflight(served.url, 'https://page.example.evil');
    expect(evil.headers.get(ALLOW)).toBeNull();
  });

  it('may not where none is named', async () => {
    await using served = await serveFake();
    const response = await preflight(served.url, 'https://page.example');
    expect([response.status, response.headers.get(ALLOW)]).toEqual([405, null]);
  });
});

it('speaks TLS', async () => {
  await execa('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'],
    ...['-keyout', folder.file('key.pem'), '-out', folder.file('cert.pem')],
  ]);
  const [cert, key] = await Promise.all(
    ['cert.pem', 'key.pem'].map((name) => readFile(folder.file(name))),
  );
  await using served = await serveFake({ tls: { cert: cert!, key: key! } });
  const { port } = served.app.server.address() as AddressInfo;
  const answer = await new Promise<string>((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        port,
        ca: cert!,
        path: '/v1/chat/completions',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        text(response).then(resolve, reject);
      },
    );
    asked.on('error', reject);
    asked.end('{"stream":true}');
  });
  expect(answer).toMatch(/data: \[DONE\]\n\n$/);
});
