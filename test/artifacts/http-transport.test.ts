import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buildConnector } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { httpTransport } from '../../src/artifacts/http-transport.js';
import type { HttpOptions } from '../../src/artifacts/http-transport.js';
import type { Transport } from '../../src/artifacts/transport.js';
import type { Clock } from '../../src/download/patience.js';
import { leapingClock } from '../support/leaping-clock.js';
import { served, withoutProxy } from './repository.js';
import { samplePackage, temporaryFolder } from './samples.js';

withoutProxy();

const CONTENTS = 'contents';
const wanted = samplePackage('libc6', CONTENTS);

function transportFor(url: string, options: HttpOptions = {}): Transport {
  const { host } = new URL(url);
  const archive = { name: 'the archive', host, baseUrl: () => url };
  const transport = httpTransport(archive, { firstRetryDelayMs: 1, ...options });
  onTestFinished(() => transport.close());
  return transport;
}

const whole: Parameters<typeof served>[0] = (_, response) => response.end(CONTENTS);

/** Connects in undici's own way after so many failures of the system's. */
function failingConnector(code: string, failures: number): buildConnector.connector {
  const connect = buildConnector({});
  let count = 0;
  return (options, callback) => {
    if (count++ >= failures) connect(options, callback);
    else callback(Object.assign(new Error(`connect ${code}`), { code }), null);
  };
}

const inFolder = async (): Promise<string> => join(await temporaryFolder(), 'download');

describe.each([
  'ETIMEDOUT',
  'ENETDOWN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'EADDRNOTAVAIL',
  'EPROTO',
  'UND_ERR_CONNECT_TIMEOUT',
])('the network error %s', (code) => {
  it('is retried', async () => {
    const server = await served(whole);
    const file = await inFolder();
    const transport = transportFor(server.url, { connect: failingConnector(code, 2) });
    await transport.download(wanted, file, {});
    expect(await readFile(file, 'utf8')).toBe(CONTENTS);
  });

  it('is reported with the name of the host when all retries fail', async () => {
    const transport = transportFor('http://archive.test/', {
      connect: failingConnector(code, Infinity),
    });
    await expect(transport.download(wanted, await inFolder(), {})).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringMatching(
        new RegExp(`^cannot download libc6 from the archive \\(archive\\.test\\): .*${code}`),
      ),
      hint: expect.stringContaining('network connection'),
    });
  });
});

describe('httpTransport', () => {
  it('passes on errors that are not about the network', async () => {
    const transport = transportFor('http://archive.test/', {
      connect: failingConnector('EMFILE', 1),
    });
    await expect(transport.download(wanted, await inFolder(), {})).rejects.toMatchObject({
      code: 'EMFILE',
    });
  });

  it.each([
    ['to no address', 'http://[', 'to what is no http or https URL', 1],
    ['to a file', 'file:///etc/hostname', 'to what is no http or https URL', 1],
    ['in a circle', '/', 'in a circle', 2],
  ])('follows no redirection %s, and does not try again', async (_, location, words, count) => {
    const server = await served((__, response) => response.writeHead(302, { location }).end());
    const transport = transportFor(server.url);
    await expect(transport.download(wanted, await inFolder(), {})).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringMatching(new RegExp(`: it redirects ${words}$`)),
    });
    expect(server.requests).toHaveLength(count);
  });

  it('follows a few redirections, not any number', async () => {
    const server = await served((path, response) =>
      response.writeHead(302, { location: `/${(Number(path) || 0) + 1}` }).end(),
    );
    const transport = transportFor(server.url);
    await expect(transport.download(wanted, await inFolder(), {})).rejects.toMatchObject({
      message: expect.stringMatching(/: it redirects more than 5 times$/),
    });
    expect(server.requests).toHaveLength(6);
  });

  it('waits as long as the server asks, and reports it', async () => {
    const server = await served(
      (_, response) => response.writeHead(429, { 'retry-after': '1' }).end(),
      whole,
    );
    const file = await inFolder();
    const waits: [string, number][] = [];
    const clock = leapingClock();
    await transportFor(server.url, { clock }).download(wanted, file, {
      onWait: (reason, pauseMs) => void waits.push([reason, pauseMs]),
    });
    expect(clock.pauses).toEqual([1000]);
    expect(waits).toEqual([[expect.stringContaining('127.0.0.1'), 1000]]);
    expect(server.requests).toHaveLength(2);
  });

  it('sends no other request meanwhile', async () => {
    const server = await served(
      (_, response) => response.writeHead(503, { 'retry-after': '1' }).end(),
      whole,
    );
    // The pause ends when the test says so.
    const leaping = leapingClock();
    let hasWaited = (): void => undefined;
    const waits = new Promise<void>((resolve) => (hasWaited = resolve));
    let bothWait = (): void => undefined;
    const end = new Promise<void>((resolve) => (bothWait = resolve));
    const clock: Clock = {
      now: leaping.now,
      sleep: async (pauseMs) => {
        await end;
        if (leaping.pauses.length === 0) await leaping.sleep(pauseMs);
      },
    };
    const transport = transportFor(server.url, { clock });
    const first = transport.download(wanted, await inFolder(), { onWait: hasWaited });
    await waits;
    const second = transport.download(wanted, await inFolder(), {
      onWait: () => {
        expect(server.requests).toHaveLength(1);
        bothWait();
      },
    });
    await Promise.all([first, second]);
    expect(server.requests).toHaveLength(3);
  });

  it('gives up at once when the server asks for a longer pause than allowed', async () => {
    const server = await served((_, response) =>
      response.writeHead(429, { 'retry-after': '200' }).end(),
    );
    const transport = transportFor(server.url, { patienceMs: 100_000 });
    await expect(transport.download(wanted, await inFolder(), {})).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringContaining('429'),
    });
    expect(server.requests).toHaveLength(1);
  });

  it('prints a hint for an untrusted certificate, and does not retry', async () => {
    // openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500
    //   -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out certificate.pem
    const [key, cert] = await Promise.all(
      ['key', 'certificate'].map((name) =>
        readFile(new URL(`tls/${name}.pem`, import.meta.url), 'utf8'),
      ),
    );
    let connections = 0;
    const server = createServer({ key: key!, cert: cert! });
    server.on('connection', () => connections++);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const transport = transportFor(`https://127.0.0.1:${port}/`);
    await expect(transport.download(wanted, await inFolder(), {})).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringMatching(/127\.0\.0\.1:\d+.*DEPTH_ZERO_SELF_SIGNED_CERT/),
      hint: expect.stringMatching(/NODE_EXTRA_CA_CERTS.*NODE_USE_SYSTEM_CA=1/),
    });
    expect(connections).toBe(1);
  });
});
