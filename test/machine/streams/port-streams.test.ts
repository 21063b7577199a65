import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  FRAME,
  FrameReader,
  STREAM_OF_GUEST,
  encodeFrame,
} from '../../../src/machine/streams/frame.js';
import type { Frame } from '../../../src/machine/streams/frame.js';
import { MAX_STREAMS, PortStreams } from '../../../src/machine/streams/port-streams.js';

/** The guest's end of a port: keeps what the host says, and says what a test wants. */
class Guest extends Duplex {
  readonly heard: Frame[] = [];
  readonly #frames = new FrameReader();

  override _read(): void {
    // What it says is pushed.
  }

  override _write(bytes: Uint8Array, _: string, done: () => void): void {
    this.heard.push(...this.#frames.feed(bytes));
    done();
  }

  say(...frames: readonly Frame[]): void {
    for (const frame of frames) this.push(encodeFrame(frame));
  }
}

const data = (stream: number, size: number): Frame => ({
  stream,
  type: FRAME.data,
  payload: new Uint8Array(size).fill(0x61),
});

const reach = (at: number, target = 0): Frame => ({
  stream: STREAM_OF_GUEST + at,
  type: FRAME.reach,
  target,
});

const failureOf = (stream: Duplex): Promise<string> =>
  new Promise((resolve) => {
    stream.on('error', ({ message }) => {
      resolve(message);
    });
  });

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('streams over a port', () => {
  it('send no more than the guest has room for', async () => {
    const guest = new Guest();
    const stream = new PortStreams(guest).open();
    let sent = false;
    stream.write(Buffer.alloc(100_000), () => (sent = true));
    await turn();
    const sizes = (): number[] =>
      guest.heard.map((frame) => (frame.type === FRAME.data ? frame.payload.length : 0));
    expect(sizes()).toEqual([0, 16_384, 16_384, 16_384, 16_384]);
    guest.say({ stream: 1, type: FRAME.room, bytes: 10 });
    await turn();
    expect(sizes().slice(5)).toEqual([10]);
    expect(sent).toBe(false);
    guest.say({ stream: 1, type: FRAME.room, bytes: 65_536 });
    await turn();
    expect(sizes().reduce((sum, size) => sum + size)).toBe(100_000);
    expect(sent).toBe(true);
  });

  it('give the guest room for what was read, and not before', async () => {
    const guest = new Guest();
    const stream = new PortStreams(guest).open();
    guest.say(...Array.from({ length: 4 }, () => data(1, 16_384)));
    await turn();
    const room = (): number =>
      guest.heard.reduce((sum, frame) => sum + (frame.type === FRAME.room ? frame.bytes : 0), 0);
    expect(room()).toBeLessThan(65_536);
    stream.resume();
    await turn();
    await turn();
    expect(room()).toBe(65_536);
  });

  it('are told to the guest when they are closed here', async () => {
    const guest = new Guest();
    const streams = new PortStreams(guest);
    streams.open().destroy();
    streams.open().end('x');
    await turn();
    expect(guest.heard.map(({ stream, type }) => [stream, type])).toEqual([
      [1, FRAME.open],
      [1, FRAME.close],
      [2, FRAME.open],
      [2, FRAME.data],
      [2, FRAME.close],
    ]);
    expect(streams.size).toBe(0);
    // What was on its way is nobody's any more.
    guest.say(data(1, 5), { stream: 1, type: FRAME.close });
    await turn();
    expect(guest.destroyed).toBe(false);
  });

  it('end with what was sent before, when the guest closes them', async () => {
    const guest = new Guest();
    const stream = new PortStreams(guest).open();
    guest.say(data(1, 3), { stream: 1, type: FRAME.close });
    expect((await stream.toArray()).join('')).toBe('aaa');
    await turn();
    expect(guest.heard.map(({ type }) => type)).toEqual([FRAME.open]);
  });

  it.each<[string, (guest: Guest) => void, RegExp]>([
    ['hangs up', (guest) => guest.destroy(), /hung up/],
    ['sends what is no frame', (guest) => guest.push('HTTP/1.1 200 OK\r\n'), /than a frame/],
    [
      'sends more than it may',
      (guest) => {
        guest.say(...Array.from({ length: 5 }, () => data(1, 16_384)));
      },
      /more than it may/,
    ],
    [
      'takes what was never sent',
      (guest) => {
        guest.say({ stream: 1, type: FRAME.room, bytes: 2 ** 31 });
      },
      /than it was sent/,
    ],
    [
      'speaks of one that nobody opened',
      (guest) => {
        guest.say(data(7, 1));
      },
      /nobody has made/,
    ],
    [
      'opens one itself',
      (guest) => {
        guest.say({ stream: 1, type: FRAME.open });
      },
      /nobody has made/,
    ],
  ])('all fail when the guest %s', async (_, act, message) => {
    const guest = new Guest();
    const streams = new PortStreams(guest);
    const failures = [streams.open(), streams.open()].map(failureOf);
    act(guest);
    for (const failure of failures) expect(await failure).toMatch(message);
    expect(guest.destroyed).toBe(true);
    expect(() => streams.open()).toThrow(message);
    expect(streams.size).toBe(0);
  });
});

describe('streams that the guest opens', () => {
  /** Streams that a test gets as the guest opens them. */
  function taken(guest: Guest): { streams: PortStreams; opened: [number, Duplex][] } {
    const opened: [number, Duplex][] = [];
    const streams = new PortStreams(guest, {
      onOpened: (target, stream) => opened.push([target, stream]),
    });
    return { streams, opened };
  }

  it('lead both ways, beside those of the host', async () => {
    const guest = new Guest();
    const { streams, opened } = taken(guest);
    streams.open();
    guest.say(reach(1, 7), data(STREAM_OF_GUEST + 1, 3));
    await turn();
    const [[target, stream]] = opened as [[number, Duplex]];
    expect(target).toBe(7);
    expect(String(stream.read())).toBe('aaa');
    stream.write('b');
    await turn();
    expect(guest.heard).toEqual([
      { stream: 1, type: FRAME.open },
      { stream: STREAM_OF_GUEST + 1, type: FRAME.data, payload: Buffer.from('b') },
    ]);
    expect(streams.size).toBe(2);
  });

  it("are closed by either side, and what was on its way is nobody's", async () => {
    const guest = new Guest();
    const { streams, opened } = taken(guest);
    guest.say(reach(1), reach(2), { stream: STREAM_OF_GUEST + 1, type: FRAME.close });
    await turn();
    opened[0]![1].resume();
    opened[1]![1].destroy();
    await turn();
    expect(guest.heard).toEqual([{ stream: STREAM_OF_GUEST + 2, type: FRAME.close }]);
    expect(streams.size).toBe(0);
    guest.say(data(STREAM_OF_GUEST + 2, 5), reach(3));
    await turn();
    expect(opened).toHaveLength(3);
    expect(guest.destroyed).toBe(false);
  });

  it('are as many as there may be, whoever opened them', async () => {
    const guest = new Guest();
    const { streams } = taken(guest);
    const failure = failureOf(streams.open());
    guest.say(...Array.from({ length: MAX_STREAMS - 1 }, (_, at) => reach(at + 1)));
    await turn();
    expect(streams.size).toBe(MAX_STREAMS);
    guest.say(reach(MAX_STREAMS));
    expect(await failure).toMatch(/too many/);
    expect(streams.size).toBe(0);
  });

  it.each<[string, Frame]>([
    ['a number of the host', { stream: 2, type: FRAME.reach, target: 0 }],
    ['a number that it has used', reach(1)],
    ['a number that is not the next', reach(3)],
    ['the number before the first', reach(0)],
    ['the frame of the host', { stream: STREAM_OF_GUEST + 2, type: FRAME.open }],
  ])('by %s break the rules', async (_, frame) => {
    const guest = new Guest();
    const { streams } = taken(guest);
    const failure = failureOf(streams.open());
    guest.say(reach(1), frame);
    expect(await failure).toMatch(/may not|nobody has made/);
    expect(guest.destroyed).toBe(true);
  });

  it.each([0, 2])('are known by their numbers: %d is of none', async (at) => {
    const guest = new Guest();
    const { streams } = taken(guest);
    const failure = failureOf(streams.open());
    guest.say(reach(1), data(STREAM_OF_GUEST + at, 1));
    expect(await failure).toMatch(/nobody has made/);
  });

  it('fail with the port, also when what takes them throws', async () => {
    const guest = new Guest();
    const streams = new PortStreams(guest, {
      onOpened: () => {
        throw new Error('it leads nowhere');
      },
    });
    const failure = failureOf(streams.open());
    guest.say(reach(1));
    expect(await failure).toBe('it leads nowhere');
    expect(streams.size).toBe(0);
  });
});
