import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FRAME, STREAM_OF_GUEST, encodeFrame } from '../../src/machine/streams/frame.js';
import { MAX_STREAMS, PortStreams } from '../../src/machine/streams/port-streams.js';
import { temporaryFolder } from '../support/temporary.js';
import { WHERE_LINUX_RUNS, buildProgram } from './programs.js';

describe('streams between the host and a server in the guest', WHERE_LINUX_RUNS, () => {
  const folder = temporaryFolder();
  let program: string;
  let reaching: string;
  beforeAll(async () => {
    const parts = [
      ...['streams/streams', 'streams/frame', 'kernel/queue', 'kernel/virtio_port'],
      ...['kernel/file', 'text/text'],
    ];
    program = await buildProgram(folder.path, 'carry_streams', parts);
    reaching = await buildProgram(folder.path, 'reach_host', parts);
  });

  let server: Server | undefined;
  afterEach(async () => {
    server?.close();
    await rm(folder.file('server.sock'), { force: true });
  });

  /** Listens where the program connects to. */
  async function listen(serve: (connection: Socket) => void): Promise<void> {
    server = createServer({ allowHalfOpen: true }, (connection) => {
      connection.on('error', () => undefined);
      serve(connection);
    });
    server.listen(folder.file('server.sock'));
    await once(server, 'listening');
  }

  /** Runs the guest's side; it ends when the port is closed. */
  function carry(path = program): { port: Duplex; ended: () => Promise<string> } {
    const running = execa(path, {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
      buffer: { fd3: false },
    });
    const port = running.stdio[3] as unknown as Duplex;
    return { port, ended: async () => (await running).stdout };
  }

  const digest = async (stream: AsyncIterable<Uint8Array>): Promise<string> => {
    const hash = createHash('sha256');
    for await (const bytes of stream) hash.update(bytes);
    return hash.digest('hex');
  };
  const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

  /** Sends a text and ends with it, as a server does. */
  const answer = (connection: Socket, bytes: Uint8Array): void => {
    connection.end(bytes);
  };

  it('carry any number of answers of any length at once', async () => {
    // A request is a line with the length of its answer and where its bytes begin.
    const bytesOf = (length: number, first: number): Buffer =>
      Buffer.from(Uint8Array.from({ length }, (_, at) => first + at * 7));
    await listen((connection) => {
      let line = '';
      connection.on('data', (bytes: Buffer) => {
        line += bytes.toString();
        if (!line.endsWith('\n')) return;
        const [length, first] = line.split(' ').map(Number);
        answer(connection, bytesOf(length!, first!));
      });
    });
    const { port, ended } = carry();
    const streams = new PortStreams(port);
    const request = fc.record({
      length: fc.oneof(fc.nat(300_000), fc.constantFrom(0, 1, 16_384, 16_385, 65_536, 65_537)),
      first: fc.nat(255),
      padding: fc.oneof(fc.nat(100), fc.constantFrom(65_530, 200_000)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: MAX_STREAMS }), async (requests) => {
        const answers = requests.map(async ({ length, first, padding }) => {
          const stream = streams.open();
          stream.write(`${' '.repeat(padding)}${length} ${first}\n`.trimStart());
          expect(await digest(stream)).toBe(digestOf(bytesOf(length, first)));
        });
        await Promise.all(answers);
        expect(streams.size).toBe(0);
      }),
      { numRuns: 15 },
    );
    port.destroy();
    expect(await ended()).toBe('lost');
  });

  it('carry a request of any length, at the rate at which it is read', async () => {
    const bytes = Buffer.alloc(3_000_001, 'request ');
    let received = 0;
    let go = (): void => undefined;
    await listen((connection) => {
      connection.pause();
      connection.on('data', (piece: Buffer) => {
        received += piece.length;
        if (received === bytes.length) answer(connection, Buffer.from('all'));
      });
      go = () => {
        connection.resume();
      };
    });
    const { port, ended } = carry();
    const stream = new PortStreams(port).open();
    let taken = false;
    stream.write(bytes, () => (taken = true));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect({ taken, received }).toEqual({ taken: false, received: 0 });
    go();
    expect(await digest(stream)).toBe(digestOf(Buffer.from('all')));
    expect(received).toBe(bytes.length);
    port.destroy();
    await ended();
  });

  it('hang up on the server when the host has left, and the others go on', async () => {
    const hungUp: Promise<unknown>[] = [];
    await listen((connection) => {
      // Without an end, until it is hung up on.
      const timer = setInterval(() => connection.write('token '), 1);
      hungUp.push(
        new Promise((resolve) => {
          connection.once('close', resolve);
        }).then(() => {
          clearInterval(timer);
        }),
      );
      // What it wrote last may have come too late.
      connection.on('error', () => undefined);
      connection.on('end', () => connection.destroy());
      connection.resume();
    });
    const { port, ended } = carry();
    const streams = new PortStreams(port);
    const [leaving, staying] = [streams.open(), streams.open()];
    await Promise.all([once(leaving, 'data'), once(staying, 'data')]);
    leaving.destroy();
    await Promise.race(hungUp);
    expect(streams.size).toBe(1);
    await once(staying, 'data');
    staying.destroy();
    await Promise.all(hungUp);
    port.destroy();
    await ended();
  });

  it('end at once when nobody listens, and when there are too many', async () => {
    const { port, ended } = carry();
    const streams = new PortStreams(port);
    expect(await digest(streams.open())).toBe(digestOf(Buffer.alloc(0)));

    await listen((connection) => connection.resume());
    const open = Array.from({ length: MAX_STREAMS }, () => streams.open());
    expect(() => streams.open()).toThrow(/too many/);
    for (const stream of open) stream.destroy();
    expect(streams.size).toBe(0);
    port.destroy();
    await ended();
  });

  it.each<[string, Uint8Array]>([
    ['what is no frame', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['that it reaches something', encodeFrame({ stream: 1, type: FRAME.reach, target: 0 })],
    [
      "that it opens one of the guest's numbers",
      encodeFrame({ stream: STREAM_OF_GUEST + 1, type: FRAME.open }),
    ],
  ])('end the run when the host says %s', async (_, bytes) => {
    const { port, ended } = carry();
    port.write(bytes);
    expect(await ended()).toBe('broken');
  });

  /** Sends back what comes, which tells what the stream leads to. */
  const echo = (target: number, stream: Duplex): void => {
    stream.on('data', (piece: Buffer) => {
      stream.write(piece.map((byte) => byte ^ target));
    });
  };

  it('are opened by programs in the guest, too, which the host leads to what they are for', async () => {
    const BYTES = 150_000;
    const targets: number[] = [];
    let most = 0;
    const answered = new Map<number, number>();
    let ended = 0;
    const allEnded = new Promise<void>((resolve) => {
      void listen((connection) => {
        const sent = Buffer.alloc(BYTES, 'tensor');
        const received: Buffer[] = [];
        let length = 0;
        connection.write(sent);
        connection.on('data', (piece: Buffer) => {
          received.push(piece);
          length += piece.length;
          if (length < BYTES) return;
          const all = Buffer.concat(received);
          const target = all[0]! ^ sent[0]!;
          expect(digestOf(all)).toBe(digestOf(sent.map((byte) => byte ^ target)));
          answered.set(target, (answered.get(target) ?? 0) + 1);
          connection.end();
        });
        connection.on('close', () => {
          if (++ended === 200) resolve();
        });
      });
    });
    const { port, ended: runEnded } = carry(reaching);
    const streams = new PortStreams(port, {
      onOpened: (target, stream) => {
        targets.push(target);
        most = Math.max(most, streams.size);
        echo(target, stream);
      },
    });
    await allEnded;
    expect(targets).toEqual(Array.from({ length: 200 }, (_, at) => at % 3));
    expect(Object.fromEntries(answered)).toEqual({ 0: 67, 1: 67, 2: 66 });
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(MAX_STREAMS);
    port.destroy();
    expect(await runEnded()).toBe('lost');
  });

  it('end the run when the host closes one that a program in the guest still has', async () => {
    await listen((connection) => connection.resume());
    const { port, ended } = carry(reaching);
    let opened = 0;
    new PortStreams(port, {
      onOpened: (target, stream) => {
        if (++opened === 3) stream.destroy();
      },
    });
    expect(await ended()).toBe('refused 2');
  });

  it('end the run when the host opens one where only the guest may', async () => {
    await listen((connection) => connection.resume());
    const { port, ended } = carry(reaching);
    port.resume();
    port.write(encodeFrame({ stream: 1, type: FRAME.open }));
    expect(await ended()).toBe('broken');
  });
});
