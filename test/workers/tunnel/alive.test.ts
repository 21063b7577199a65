import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { zosiaError } from '../../support/errors.js';
import { dial, failureOf, readAll, serve, startTunnel } from './tunnels.js';

const LIMITS = { aliveMs: 50, deadMs: 400 };

/** A network that can be made to lose everything, as when a host or a cable has gone: no end, no reset. */
async function startNetwork(to: number): Promise<{ port: number; vanish: () => void }> {
  const links: Socket[] = [];
  const port = await serve((socket) => {
    const onward = connect(to, '127.0.0.1').on('error', () => undefined);
    socket.pipe(onward).pipe(socket);
    links.push(socket, onward);
  });
  return {
    port,
    vanish: () => {
      for (const link of links) link.unpipe().removeAllListeners('end').pause();
    },
  };
}

describe('a side of a tunnel', () => {
  it('finds out that the other has vanished, while nothing is said', async () => {
    const { tunnel, guests, notes } = await startTunnel({ limits: LIMITS });
    const network = await startNetwork(tunnel.port);
    const stream = await dial(network.port, { limits: LIMITS });
    stream.write('x');
    await once(stream, 'data');
    const failed = failureOf(stream);
    const startMs = performance.now();
    network.vanish();
    const error = await failed;
    expect(error).toEqual(zosiaError('ZOSIA_WORKER_LOST'));
    expect(String(error)).toContain('it has said nothing for 0.4 s');
    expect(performance.now() - startMs).toBeGreaterThan(LIMITS.deadMs / 2);
    await vi.waitFor(() => {
      expect(guests[0]!.destroyed).toBe(true);
      expect(notes).toEqual([expect.stringContaining('it has said nothing for 0.4 s')]);
      expect(tunnel.connections).toBe(0);
    });
  });

  it('finds out, too, while it waits to send', async () => {
    const { tunnel } = await startTunnel({ limits: LIMITS });
    const network = await startNetwork(tunnel.port);
    const stream = await dial(network.port, { limits: LIMITS });
    const failed = failureOf(stream);
    network.vanish();
    while (stream.write(Buffer.alloc(1 << 20)));
    expect(await failed).toEqual(zosiaError('ZOSIA_WORKER_LOST'));
  });

  it('keeps a connection over which nothing is said for long', async () => {
    const { tunnel, notes } = await startTunnel({ limits: LIMITS });
    const stream = await dial(tunnel.port, { limits: LIMITS });
    await pause(LIMITS.deadMs * 3);
    stream.end('after a while');
    expect((await readAll(stream)).toString()).toBe('after a while');
    expect(notes).toEqual([]);
  });

  it('keeps one whose half has ended long ago', async () => {
    let guest: Socket | undefined;
    const { tunnel } = await startTunnel({ limits: LIMITS }, (socket) => {
      socket.resume();
      guest = socket;
    });
    const stream = await dial(tunnel.port, { limits: LIMITS });
    stream.end('a question');
    const answer = readAll(stream);
    await pause(LIMITS.deadMs * 3);
    guest!.end('the answer');
    expect((await answer).toString()).toBe('the answer');
  });

  it('keeps one whose guest takes nothing for long', async () => {
    let guest: Socket | undefined;
    const { tunnel } = await startTunnel({ limits: LIMITS }, (socket) => {
      guest = socket.pause();
    });
    const stream = await dial(tunnel.port, { limits: LIMITS });
    const bytes = 32 << 20;
    stream.end(Buffer.alloc(bytes));
    await pause(LIMITS.deadMs * 3);
    let taken = 0;
    guest!.on('data', (chunk: Buffer) => (taken += chunk.length)).resume();
    guest!.once('end', () => guest!.end('all of it'));
    expect((await readAll(stream)).toString()).toBe('all of it');
    expect(taken).toBe(bytes);
  });

  it('keeps one whose head takes nothing for long', async () => {
    const bytes = 32 << 20;
    const { tunnel } = await startTunnel({ limits: LIMITS }, (socket) => {
      socket.end(Buffer.alloc(bytes));
    });
    const stream = await dial(tunnel.port, { limits: LIMITS });
    await pause(LIMITS.deadMs * 3);
    expect(await readAll(stream)).toHaveLength(bytes);
    stream.end();
  });

  it('does not take its own pause for the silence of the other', async () => {
    const { tunnel, notes } = await startTunnel({ limits: LIMITS });
    const stream = await dial(tunnel.port, { limits: LIMITS });
    // As when a laptop sleeps: nothing runs, and then all that was due is due at once.
    const until = performance.now() + LIMITS.deadMs * 3;
    while (performance.now() < until);
    await pause(50);
    stream.end('awake');
    expect((await readAll(stream)).toString()).toBe('awake');
    expect(notes).toEqual([]);
  });
});
