import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { generateWorkerKey } from '../../../src/workers/keys/worker-key.js';
import { FRAME, frameHeader } from '../../../src/workers/tunnel/frames.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';
import { HEAD, WORKER, dial, failureOf, readAll, serve, startTunnel } from './tunnels.js';

const ALPN = ['zosia-tunnel/1'];

/** A connection of somebody who plays by no rules. */
function raw(port: number): { socket: Socket; closed: Promise<unknown>; heard: () => number } {
  const socket = connect(port, '127.0.0.1');
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  const closed = new Promise((resolve) => socket.once('close', resolve));
  return { socket, closed, heard: () => bytes };
}

/** What a worker says to a client of TLS until it hangs up, and how the client saw its end. */
async function askByTls(
  port: number,
  options: ConnectionOptions,
): Promise<{ said: Buffer; error: Error | undefined; isResumed: boolean | undefined }> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  onTestFinished(() => void socket.destroy());
  const chunks: Buffer[] = [];
  let error: Error | undefined;
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', (thrown: Error) => (error = thrown));
  let isResumed: boolean | undefined;
  socket.on('secureConnect', () => (isResumed = socket.isSessionReused()));
  // Attackers do not wait.
  socket.write('to the guest');
  await new Promise((resolve) => socket.once('close', resolve));
  return { said: Buffer.concat(chunks), error, isResumed };
}

describe('a worker', () => {
  const folder = temporaryFolder();

  it('hangs up on plain text', async () => {
    const { tunnel, guests, notes } = await startTunnel();
    const { socket, closed } = raw(tunnel.port);
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await closed;
    await vi.waitFor(() => {
      expect(notes).toEqual([expect.stringMatching(/^127\.0\.0\.1 has not shown a key: /)]);
    });
    expect(guests).toEqual([]);
  });

  it('hangs up on TLS 1.2, even with an allowed key', async () => {
    const { tunnel, guests } = await startTunnel();
    const { said, error } = await askByTls(tunnel.port, {
      ...{ cert: HEAD.cert, key: HEAD.key, ALPNProtocols: ALPN },
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
    });
    expect(String(error)).toMatch(/alert protocol version/);
    expect(said).toHaveLength(0);
    expect(guests).toEqual([]);
  });

  it.each([
    { what: 'no certificate', options: { ALPNProtocols: ALPN }, shown: 'no key' },
    {
      what: 'a certificate that says the same, of another key',
      options: { ...pairOf(generateWorkerKey()), ALPNProtocols: ALPN },
      shown: 'sha256:',
    },
    {
      what: 'the certificate of an allowed key behind its own',
      options: (() => {
        const other = generateWorkerKey();
        return { cert: `${other.cert}${HEAD.cert}`, key: other.key, ALPNProtocols: ALPN };
      })(),
      shown: 'sha256:',
    },
    { what: 'another protocol', options: pairOf(HEAD), shown: 'no key' },
  ])('says nothing to whoever shows $what', async ({ options, shown }) => {
    const { tunnel, guests, notes } = await startTunnel();
    const { said } = await askByTls(tunnel.port, options);
    expect(said).toHaveLength(0);
    expect(notes).toEqual([
      expect.stringMatching(new RegExp(`^127\\.0\\.0\\.1 was refused: it has shown ${shown}`)),
    ]);
    expect(notes.join()).not.toContain(HEAD.fingerprint);
    expect(guests).toEqual([]);
    expect(tunnel.connections).toBe(0);
  });

  it('says nothing to a key of another kind, made by another program', async () => {
    const [cert, key] = [folder.file('cert.pem'), folder.file('key.pem')];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const where = ['-keyout', key, '-out', cert, '-subj', '/CN=zosia worker'];
    await execa('openssl', ['req', '-x509', ...kind, ...where]);
    const { tunnel, guests } = await startTunnel();
    const client = await execa(
      'openssl',
      [
        ...['s_client', '-connect', `127.0.0.1:${tunnel.port}`, '-alpn', ALPN[0]!],
        ...['-cert', cert, '-key', key, '-quiet'],
      ],
      { input: 'to the guest', reject: false, timeout: 10_000 },
    );
    expect(client.stdout).toBe('');
    expect(guests).toEqual([]);
  });

  it('lets nobody resume a connection that was allowed', async () => {
    const { tunnel, guests } = await startTunnel();
    const sessions: Buffer[] = [];
    const first = connectTls({
      ...{ host: '127.0.0.1', port: tunnel.port, rejectUnauthorized: false },
      ...{ ...pairOf(HEAD), ALPNProtocols: ALPN },
    });
    first.on('session', (session: Buffer) => sessions.push(session));
    const [ready] = (await once(first, 'data')) as [Buffer];
    expect(ready).toEqual(frameHeader(FRAME.ready));
    first.destroy();
    expect(guests).toHaveLength(1);

    // Whatever it was given to come back with, it has to show its key again.
    for (const session of [first.getSession()!, ...sessions]) {
      const { said, isResumed } = await askByTls(tunnel.port, { session, ALPNProtocols: ALPN });
      expect(isResumed).toBe(false);
      expect(said).toHaveLength(0);
    }
    expect(guests).toHaveLength(1);
  });

  it('says not a byte to an address that may not connect', async () => {
    const { tunnel, guests, notes } = await startTunnel({ allow: ['192.0.2.0/24', '::1'] });
    const { socket, closed, heard } = raw(tunnel.port);
    socket.write('x');
    await closed;
    expect(heard()).toBe(0);
    await expect(dial(tunnel.port)).rejects.toThrow(zosiaError('ZOSIA_WORKER_UNREACHABLE'));
    expect(notes[0]).toContain('127.0.0.1 is none of the addresses that may connect');
    expect(guests).toEqual([]);
  });

  it.each([
    { what: 'says nothing', drip: false },
    { what: 'says a byte now and then', drip: true },
  ])('waits a bounded time for a handshake that $what', async ({ drip }) => {
    const { tunnel, notes } = await startTunnel({ limits: { handshakeMs: 300 } });
    const { socket, closed } = raw(tunnel.port);
    const startMs = performance.now();
    if (drip) {
      // The beginning of a ClientHello of 508 bytes.
      socket.write(Buffer.from('1603010200010001fc0303', 'hex'));
      const timer = setInterval(() => socket.write('\0'), 20);
      onTestFinished(() => {
        clearInterval(timer);
      });
    }
    await closed;
    const tookMs = performance.now() - startMs;
    expect(tookMs).toBeGreaterThan(250);
    expect(tookMs).toBeLessThan(5000);
    await vi.waitFor(() => {
      expect(notes).toEqual(['127.0.0.1 has not shown a key: it took longer than 0.3 s']);
    });
  });

  it('holds few of a flood of connections, and serves heads after it', async () => {
    const { tunnel, notes } = await startTunnel({
      limits: { handshakeMs: 1500, handshakes: 6, handshakesPerAddress: 4, connections: 2 },
    });
    const served = await dial(tunnel.port);
    const flood = Array.from({ length: 60 }, () => raw(tunnel.port));
    let open = flood.length;
    for (const { closed } of flood) void closed.then(() => open--);
    await vi.waitFor(() => {
      expect(open).toBe(4);
    });
    expect(notes.length).toBeLessThanOrEqual(10);

    // Who is let in already is not disturbed.
    served.write('still there');
    expect(String((await once(served, 'data'))[0])).toBe('still there');
    served.end();
    await Promise.all(flood.map(({ closed }) => closed));
    const after = await dial(tunnel.port);
    after.end('after');
    expect((await readAll(after)).toString()).toBe('after');
  });

  it.each([
    { what: 'a type that there is not', bytes: [9, 0, 0, 0] },
    { what: 'more data than a frame has', bytes: [FRAME.data, 0xff, 0xff, 0xff] },
    { what: 'data without bytes', bytes: [FRAME.data, 0, 0, 0] },
    { what: 'an end with bytes', bytes: [FRAME.end, 0, 0, 1] },
    { what: 'that it is ready', bytes: [FRAME.ready, 0, 0, 0] },
    { what: 'data after the end', bytes: [FRAME.end, 0, 0, 0, FRAME.data, 0, 0, 1, 7] },
    { what: 'two ends', bytes: [FRAME.end, 0, 0, 0, FRAME.end, 0, 0, 0] },
    { what: 'an unknown reason', bytes: [FRAME.broken, 0, 0, 1, 99] },
  ])('breaks with a head that says $what', async ({ bytes }) => {
    // The guest does not answer an end with its own.
    const { tunnel, guests, notes } = await startTunnel({}, () => undefined);
    const socket = connectTls({
      ...{ host: '127.0.0.1', port: tunnel.port, rejectUnauthorized: false },
      ...{ ...pairOf(HEAD), ALPNProtocols: ALPN },
    });
    socket.on('error', () => undefined);
    await once(socket, 'data');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(Buffer.from(bytes));
    await closed;
    await vi.waitFor(() => {
      expect(guests[0]!.destroyed).toBe(true);
      expect(notes).toEqual([expect.stringContaining('it says what no tunnel says')]);
    });
    expect(tunnel.connections).toBe(0);
  });

  it('tells a connection that was cut off from one that has ended', async () => {
    const { tunnel, guests, notes } = await startTunnel();
    const socket = connectTls({
      ...{ host: '127.0.0.1', port: tunnel.port, rejectUnauthorized: false },
      ...{ ...pairOf(HEAD), ALPNProtocols: ALPN },
    });
    await once(socket, 'data');
    // TLS ends properly; the head has not said that it has no more.
    socket.end(Buffer.concat([frameHeader(FRAME.data, 4), Buffer.from('half')]));
    await vi.waitFor(() => {
      expect(notes).toEqual([expect.stringContaining('was cut off')]);
      expect(guests[0]!.destroyed).toBe(true);
    });
  });
});

describe('a head', () => {
  it.each([
    { what: 'hangs up', onSocket: (socket: Socket) => void socket.destroy() },
    { what: 'resets', onSocket: (socket: Socket) => void socket.resetAndDestroy() },
    { what: 'says rubbish', onSocket: (socket: Socket) => void socket.write('\0'.repeat(99)) },
  ])('says what is wrong with a worker that $what', async ({ onSocket }) => {
    const port = await serve(onSocket);
    await expect(dial(port, { limits: { connectMs: 5000 } })).rejects.toThrow(
      zosiaError('ZOSIA_WORKER_UNREACHABLE'),
    );
  });

  it.each([
    { what: 'data before it is ready', bytes: [FRAME.data, 0, 0, 1, 7] },
    { what: 'a type that there is not', bytes: [77, 0, 0, 0] },
  ])('refuses a worker with the right key that says $what', async ({ bytes }) => {
    const { createServer } = await import('node:tls');
    const server = createServer({ ...pairOf(WORKER), ALPNProtocols: ALPN }, (socket) => {
      socket.on('error', () => undefined).write(Buffer.from(bytes));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    await expect(dial(port)).rejects.toThrow(/does not speak as this zosia does/);
  });

  it('takes what comes with the first frame', async () => {
    const { tunnel } = await startTunnel({}, (socket) => {
      socket.write('at once');
      socket.on('data', () => socket.end(', and later'));
    });
    const stream = await dial(tunnel.port);
    await pause(50);
    stream.write('go on');
    expect((await readAll(stream)).toString()).toBe('at once, and later');
  });
});

describe('between head and worker', () => {
  it.each([
    { how: 'closes', cut: (socket: Socket) => void socket.destroy() },
    { how: 'resets', cut: (socket: Socket) => void socket.resetAndDestroy() },
  ])('a network that $how a connection ends both sides of it', async ({ cut }) => {
    const { tunnel, guests, notes } = await startTunnel();
    const links: Socket[] = [];
    const between = await serve((socket) => {
      const onward = connect(tunnel.port, '127.0.0.1').on('error', () => undefined);
      socket.pipe(onward).pipe(socket);
      links.push(socket, onward);
    });
    const stream = await dial(between);
    stream.write('x');
    await once(stream, 'data');
    const failed = failureOf(stream);
    links.forEach(cut);
    expect(await failed).toEqual(zosiaError('ZOSIA_WORKER_LOST'));
    await vi.waitFor(() => {
      expect(guests[0]!.destroyed).toBe(true);
      expect(notes).toEqual([expect.stringContaining('is lost')]);
    });
  });
});

function pairOf({ cert, key }: { readonly cert: string; readonly key: string }): {
  cert: string;
  key: string;
} {
  return { cert, key };
}
