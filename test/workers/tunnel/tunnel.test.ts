import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { generateWorkerKey } from '../../../src/workers/keys/worker-key.js';
import { listenTunnel } from '../../../src/workers/tunnel/listen-tunnel.js';
import { zosiaError } from '../../support/errors.js';
import { HEAD, WORKER, dial, echo, failureOf, readAll, serve, startTunnel } from './tunnels.js';

const MIB = 1 << 20;

describe('a tunnel', () => {
  it('carries bytes both ways, whatever their number, until both sides have ended', async () => {
    const { tunnel, notes } = await startTunnel();
    const stream = await dial(tunnel.port);
    const sent = randomBytes(5 * MIB + 17);
    stream.end(sent);
    expect((await readAll(stream)).equals(sent)).toBe(true);
    await vi.waitFor(() => {
      expect(tunnel.connections).toBe(0);
    });
    expect(notes).toEqual([]);
  });

  it('carries several connections at once, each to a connection of its own', async () => {
    const { tunnel, guests } = await startTunnel();
    const texts = ['one', 'two', 'three'];
    const answers = texts.map(async (text) => {
      const stream = await dial(tunnel.port);
      stream.end(text);
      return (await readAll(stream)).toString();
    });
    expect(await Promise.all(answers)).toEqual(texts);
    expect(guests).toHaveLength(3);
  });

  it('lets a side that has ended hear the rest', async () => {
    const { tunnel } = await startTunnel({}, (socket) => {
      const hash = createHash('sha256');
      socket.on('data', (bytes: Buffer) => hash.update(bytes));
      // Only the end of the other side makes it answer.
      socket.once('end', () => void socket.end(hash.digest('hex')));
    });
    const stream = await dial(tunnel.port);
    stream.write('first ');
    await pause(20);
    stream.end('second');
    expect((await readAll(stream)).toString()).toBe(
      createHash('sha256').update('first second').digest('hex'),
    );
  });

  it('lets the guest end first, and the head say more', async () => {
    let heard = '';
    const { tunnel } = await startTunnel({}, (socket) => {
      socket.end('hello');
      socket.on('data', (bytes: Buffer) => (heard += bytes.toString()));
    });
    const stream = await dial(tunnel.port);
    expect((await readAll(stream)).toString()).toBe('hello');
    stream.end('after the end');
    await vi.waitFor(() => {
      expect(heard).toBe('after the end');
    });
  });

  it('takes no more from a head than a guest that reads nothing will', async () => {
    let guestBytes = 0;
    const { tunnel, guests } = await startTunnel({}, (socket) => {
      socket.pause();
      onTestFinished(() => void socket.destroy());
    });
    const stream = await dial(tunnel.port);
    let isFull = false;
    void (async () => {
      const piece = Buffer.alloc(MIB);
      for (let count = 0; count < 256; count++) {
        if (!stream.write(piece)) await once(stream, 'drain');
        guestBytes += MIB;
      }
      isFull = true;
    })().catch(() => undefined);
    let before = -1;
    while (before !== guestBytes) {
      before = guestBytes;
      await pause(200);
    }
    expect(isFull).toBe(false);
    // Buffers of the system for three connections; none of them has more than a few MiB.
    expect(guestBytes).toBeLessThan(64 * MIB);
    expect(guests[0]!.writableLength + stream.writableLength).toBeLessThan(8 * MIB);
  });

  it('takes no more from the guest than a head that reads nothing will', async () => {
    let said = 0;
    const { tunnel } = await startTunnel({}, (socket) => {
      const piece = Buffer.alloc(MIB);
      const say = (): void => {
        while (said < 256 * MIB && socket.write(piece)) said += MIB;
      };
      socket.on('drain', say);
      say();
    });
    const stream = await dial(tunnel.port);
    let before = -1;
    while (before !== said) {
      before = said;
      await pause(200);
    }
    expect(said).toBeLessThan(64 * MIB);
    expect(stream.readableLength).toBeLessThan(4 * MIB);
  });

  it('fails on the side of the head when the guest breaks off', async () => {
    const { tunnel, guests, notes } = await startTunnel();
    const stream = await dial(tunnel.port);
    const failed = failureOf(stream);
    guests[0]!.destroy();
    expect(await failed).toEqual(zosiaError('ZOSIA_WORKER_LOST'));
    expect(String(await failed)).toContain('what was behind it there ended');
    // The head says so; on the worker connections end so all the time, as llama.cpp leaves them.
    await vi.waitFor(() => {
      expect(tunnel.connections).toBe(0);
    });
    expect(notes).toEqual([]);
  });

  it('breaks off the connection to the guest when the head does', async () => {
    const { tunnel, guests } = await startTunnel();
    const stream = await dial(tunnel.port);
    stream.write('x');
    await once(stream, 'data');
    stream.destroy();
    await vi.waitFor(() => {
      expect(guests[0]!.destroyed).toBe(true);
      expect(tunnel.connections).toBe(0);
    });
  });

  it('ends all connections when it is closed, and says so to their heads', async () => {
    const closing = new AbortController();
    const { tunnel, guests } = await startTunnel({ signal: closing.signal });
    const streams = [await dial(tunnel.port), await dial(tunnel.port)];
    const failing = Promise.all(streams.map(failureOf));
    closing.abort();
    const failures = await failing;
    expect(failures.map(String).join(' ')).not.toContain('cut off');
    await tunnel.close();
    expect(failures).toEqual([zosiaError('ZOSIA_WORKER_LOST'), zosiaError('ZOSIA_WORKER_LOST')]);
    expect(guests.every(({ destroyed }) => destroyed)).toBe(true);
    await expect(dial(tunnel.port)).rejects.toThrow();
  });

  it('listens on IPv6, too', async () => {
    const { tunnel } = await startTunnel({ address: '::1' });
    const stream = await dial(tunnel.port, { host: '::1' });
    stream.end('six');
    expect((await readAll(stream)).toString()).toBe('six');
  });

  it('says that a port is taken', async () => {
    const port = await serve(echo);
    await expect(startTunnel({ port })).rejects.toThrow(zosiaError('ZOSIA_WORKER_CANNOT_LISTEN'));
  });
});

describe('a head', () => {
  it('does not trust a worker with another key, and sends it nothing', async () => {
    const other = generateWorkerKey();
    const { tunnel, guests } = await startTunnel({ key: other });
    await expect(dial(tunnel.port)).rejects.toThrow(zosiaError('ZOSIA_WORKER_NOT_TRUSTED'));
    await expect(dial(tunnel.port)).rejects.toThrow(other.fingerprint);
    await pause(50);
    expect(guests.every(({ bytesWritten }) => bytesWritten === 0)).toBe(true);
  });

  it('is told that the worker does not know its key, and which that is', async () => {
    const other = generateWorkerKey();
    const { tunnel, notes, guests } = await startTunnel();
    const error: unknown = await dial(tunnel.port, { key: other }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toEqual(zosiaError('ZOSIA_WORKER_REFUSED'));
    expect(error).toMatchObject({ hint: expect.stringContaining(other.fingerprint) });
    expect(notes).toEqual([`127.0.0.1 was refused: it has shown ${other.fingerprint}`]);
    expect(guests).toEqual([]);
  });

  it('is told that the machine is not there', async () => {
    const { tunnel, notes } = await startTunnel({
      open: () => Promise.reject(new Error('no machine')),
    });
    const error: unknown = await dial(tunnel.port).catch((thrown: unknown) => thrown);
    expect(error).toEqual(zosiaError('ZOSIA_WORKER_REFUSED'));
    expect(String(error)).toContain('machine');
    expect(notes).toEqual([expect.stringContaining('no machine')]);
    expect(tunnel.connections).toBe(0);
  });

  it('is told so, too, when the machine does not answer in time', async () => {
    let late: ((error: Error) => void) | undefined;
    const { tunnel } = await startTunnel({
      limits: { openMs: 50 },
      open: (signal) =>
        new Promise((_, reject) => {
          late = reject;
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        }),
    });
    await expect(dial(tunnel.port)).rejects.toThrow(zosiaError('ZOSIA_WORKER_REFUSED'));
    expect(late).toBeDefined();
    expect(tunnel.connections).toBe(0);
  });

  it('is told that the worker has as many connections as it takes', async () => {
    const { tunnel } = await startTunnel({ limits: { connections: 1 } });
    const first = await dial(tunnel.port);
    await expect(dial(tunnel.port)).rejects.toThrow(/as many connections as it takes/);
    first.end();
    await readAll(first);
    await vi.waitFor(async () => {
      expect((await dial(tunnel.port)).destroyed).toBe(false);
    });
  });

  it('says that nobody listens there', async () => {
    await expect(dial(await freePort())).rejects.toThrow(zosiaError('ZOSIA_WORKER_UNREACHABLE'));
  });

  it('says that what listens there is no worker', async () => {
    const port = await serve((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const error: unknown = await dial(port).catch((thrown: unknown) => thrown);
    expect(error).toEqual(zosiaError('ZOSIA_WORKER_UNREACHABLE'));
    expect(String(error)).toContain('no worker with a key');
  });

  it('does not wait for ever for one that says nothing', async () => {
    const port = await serve(() => undefined);
    await expect(dial(port, { limits: { connectMs: 100 } })).rejects.toThrow(/within 0.1 s/);
  });

  it('gives up when it is told to, before and after it is connected', async () => {
    const reason = new Error('enough');
    const before = new AbortController();
    const port = await serve(() => undefined);
    const dialling = dial(port, { signal: before.signal });
    before.abort(reason);
    await expect(dialling).rejects.toBe(reason);

    const after = new AbortController();
    const { tunnel, guests } = await startTunnel();
    const stream = await dial(tunnel.port, { signal: after.signal });
    const failed = failureOf(stream);
    after.abort(reason);
    expect(await failed).toBe(reason);
    await vi.waitFor(() => {
      expect(guests[0]!.destroyed).toBe(true);
    });
  });

  it('connects with another host by keys alone', async () => {
    await expect(dial(1, { host: '192.0.2.1', key: undefined })).rejects.toThrow(
      zosiaError('ZOSIA_WORKER_EXPOSED'),
    );
  });
});

describe('a worker without a key', () => {
  it('passes on bytes as they are, both halves of a connection', async () => {
    const { tunnel } = await startTunnel({ key: undefined, peers: undefined });
    const raw = connect({ port: tunnel.port, host: '127.0.0.1', allowHalfOpen: true });
    raw.end('as it is');
    expect((await readAll(raw)).toString()).toBe('as it is');

    const stream = await dial(tunnel.port, { key: undefined });
    stream.end('dialled');
    expect((await readAll(stream)).toString()).toBe('dialled');
  });

  it.each([
    { what: 'without a key', options: { key: undefined } },
    { what: 'without peers', options: { peers: undefined } },
    { what: 'without being told by whom', options: { allow: [] } },
  ])('does not listen for other hosts $what', async ({ options }) => {
    const listening = listenTunnel({
      address: '0.0.0.0',
      port: 0,
      key: WORKER,
      peers: [{ fingerprint: HEAD.fingerprint, name: undefined }],
      allow: ['192.0.2.0/24'],
      open: () => Promise.reject(new Error('never')),
      ...options,
    });
    await expect(listening).rejects.toThrow(zosiaError('ZOSIA_WORKER_EXPOSED'));
  });
});

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const { tunnel } = await startTunnel();
  const { port } = tunnel;
  await tunnel.close();
  return port;
}
