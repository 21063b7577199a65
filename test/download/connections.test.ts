import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Http } from '../../src/download/http.js';
import type { OpenAnswer } from '../../src/download/http.js';
import { closeServer } from '../support/close-server.js';
import type { Fault } from '../support/faulty-server.js';
import { place, sha256, someBytes } from './support.js';

const KIB = 1 << 10;

function openHttp(): Http {
  const http = new Http({ stallTimeoutMs: 2000 });
  onTestFinished(() => http.close());
  return http;
}

/** What is read of a body by somebody who begins late and takes pauses, and how it ended. */
async function readSlowly(answer: OpenAnswer): Promise<{ bytes: Buffer; error?: unknown }> {
  const chunks: Uint8Array[] = [];
  try {
    // The server has ended the connection long before.
    await delay(60);
    for await (const chunk of answer.chunks()) {
      chunks.push(chunk);
      await delay(1);
    }
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error };
  } finally {
    answer.dispose();
  }
  return { bytes: Buffer.concat(chunks) };
}

/** Sizes at which a reader is behind by just as much as is kept, or is not, and by more than the system keeps. */
const SIZES = [64 * KIB, 256 * KIB, 256 * KIB + 1, 320 * KIB, 8 << 20];

describe('a connection that the server ends while its reader is behind', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  // undici's parser, stopped, would crash the process here.
  it.each<[string, Fault | undefined]>([
    ['a length', undefined],
    ['chunks', { kind: 'longer' }],
    ['no end but that of the connection', { kind: 'no-length' }],
  ])('gives all that it sent: a body with %s', async (_, fault) => {
    vi.stubEnv('no_proxy', '*');
    const http = openHttp();
    for (const size of SIZES) {
      const bytes = someBytes(size);
      const { server } = await place({ bytes, closes: true, fault: () => fault });
      const got = await readSlowly(await http.open(server.url));
      expect(got.error).toBeUndefined();
      const wanted =
        fault?.kind === 'longer' ? Buffer.concat([bytes, Buffer.from('and more')]) : bytes;
      expect(sha256(got.bytes)).toBe(sha256(wanted));
    }
  });

  it.each(
    (['truncate', 'reset'] as const).flatMap((kind) =>
      [true, false].map((closes) => [kind, closes] as const),
    ),
  )(
    'gives what came before a break, and then tells of it: %s, announced %s',
    async (kind, closes) => {
      vi.stubEnv('no_proxy', '*');
      const http = openHttp();
      for (const size of SIZES) {
        const bytes = someBytes(size + 1);
        const fault = { kind, afterBytes: size };
        const { server } = await place({ bytes, closes, fault: () => fault });
        const got = await readSlowly(await http.open(server.url));
        expect(got.error).toMatchObject({ name: 'RequestFailure', isTransient: true });
        expect(Buffer.compare(got.bytes, bytes.subarray(0, got.bytes.length))).toBe(0);
        // A reset takes what lies with the server, and in the socket where that is held.
        if (kind === 'truncate' || size < 256 * KIB) expect(got.bytes).toHaveLength(size);
      }
    },
  );

  it('takes little more than is read, and then all the rest, also through a proxy', async () => {
    const bytes = someBytes(64 << 20);
    const { server } = await place({ bytes });
    const tunnels: Socket[] = [];
    const ends: Socket[] = [];
    const proxy = createServer().on('connect', (_, client: Socket) => {
      const upstream = connect(Number(server.url.port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      for (const socket of [client, upstream]) socket.on('error', () => undefined);
      tunnels.push(upstream);
      ends.push(client, upstream);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(async () => {
      // A server does not count what was handed over as its connections.
      for (const socket of ends) socket.destroy();
      await closeServer(proxy);
    });
    for (const isProxied of [false, true]) {
      vi.stubEnv('no_proxy', isProxied ? '' : '*');
      vi.stubEnv('http_proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
      const http = openHttp();
      const answer = await http.open(server.url);
      // Connections that are not read do not close.
      onTestFinished(answer.dispose);
      const before = process.memoryUsage().arrayBuffers;
      await delay(500);
      // The server, which sends from memory, and the systems' buffers are not counted.
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20);
      if (isProxied) expect(tunnels[0]!.bytesRead).toBeLessThan(32 << 20);
      const chunks: Uint8Array[] = [];
      for await (const chunk of answer.chunks()) chunks.push(chunk);
      expect(sha256(Buffer.concat(chunks))).toBe(sha256(bytes));
    }
    expect(tunnels).toHaveLength(1);
  });

  it('does not take a reader that is busy for longer than the timeout for a server that is silent', async () => {
    vi.stubEnv('no_proxy', '*');
    const bytes = someBytes(16 << 20);
    const { server } = await place({ bytes });
    const http = new Http({ stallTimeoutMs: 200 });
    onTestFinished(() => http.close());
    const answer = await http.open(server.url);
    let receivedBytes = 0;
    for await (const chunk of answer.chunks()) {
      if (receivedBytes === 0) await delay(1500);
      receivedBytes += chunk.length;
    }
    expect(receivedBytes).toBe(bytes.length);
  });

  it('serves further requests over the same connection', async () => {
    vi.stubEnv('no_proxy', '*');
    const ports = new Set<number | undefined>();
    const bytes = someBytes(2 << 20);
    const { server } = await place({
      bytes,
      other: (request, response) => {
        ports.add(request.socket.remotePort);
        response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
      },
    });
    const http = openHttp();
    for (let count = 0; count < 5; count++) {
      const got = await readSlowly(await http.open(new URL('/other', server.url)));
      expect(sha256(got.bytes)).toBe(sha256(bytes));
    }
    expect(ports.size).toBe(1);
  });
});
