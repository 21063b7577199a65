import { Duplex } from 'node:stream';
import type { DuplexOptions } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { SILENCE_MS, leadToWorkers } from '../../../src/machine/linux/workers.js';
import {
  FRAME,
  FrameReader,
  STREAM_OF_GUEST,
  encodeFrame,
} from '../../../src/machine/streams/frame.js';
import type { Frame } from '../../../src/machine/streams/frame.js';

/** One end of a connection, which keeps what comes; a test says what goes. */
class End extends Duplex {
  readonly heard: Buffer[] = [];

  constructor(options: DuplexOptions = {}) {
    super({ ...options, allowHalfOpen: false });
  }

  override _read(): void {
    // What it says is pushed.
  }

  override _write(bytes: Buffer, _: string, done: () => void): void {
    this.heard.push(bytes);
    done();
  }
}

class Guest extends End {
  get frames(): Frame[] {
    return [...new FrameReader().feed(Buffer.concat(this.heard))];
  }

  say(...frames: readonly Frame[]): void {
    for (const frame of frames) this.push(encodeFrame(frame));
  }
}

const FIRST = STREAM_OF_GUEST + 1;
const reach = (at: number, target: number): Frame => ({
  stream: STREAM_OF_GUEST + at,
  type: FRAME.reach,
  target,
});
const data = (stream: number, text: string): Frame => ({
  stream,
  type: FRAME.data,
  payload: Buffer.from(text),
});
const close = (stream: number): Frame => ({ stream, type: FRAME.close });

const turns = async (): Promise<void> => {
  for (let left = 5; left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
};

describe('leadToWorkers', () => {
  function lead(count = 2): { guest: Guest; workers: [number, End][] } {
    const guest = new Guest();
    const workers: [number, End][] = [];
    leadToWorkers(guest, {
      count,
      open: (index) => {
        const end = new End();
        workers.push([index, end]);
        return end;
      },
    });
    return { guest, workers };
  }

  it('leads each connection to its worker, both ways', async () => {
    const { guest, workers } = lead();
    guest.say(reach(1, 1), reach(2, 0), data(FIRST, 'graph'), data(FIRST + 1, 'hello'));
    await turns();
    expect(workers.map(([index, { heard }]) => [index, String(Buffer.concat(heard))])).toEqual([
      [1, 'graph'],
      [0, 'hello'],
    ]);
    workers[0]![1].push('logits');
    await turns();
    expect(guest.frames).toEqual([data(FIRST, 'logits')]);
  });

  it('tells of a worker that has been reached and says nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const silent: number[] = [];
      const guest = new Guest();
      const ends: End[] = [];
      leadToWorkers(guest, {
        count: 4,
        open: () => ends[ends.push(new End()) - 1]!,
        onSilent: (index) => silent.push(index),
      });
      guest.say(reach(1, 0), reach(2, 1), reach(3, 2), reach(4, 3));
      await turns();
      ends[1]!.push('hello');
      ends[2]!.destroy();
      await turns();
      vi.advanceTimersByTime(SILENCE_MS - 1);
      ends[3]!.push('hello');
      await turns();
      expect(silent).toEqual([]);
      vi.advanceTimersByTime(SILENCE_MS);
      expect(silent).toEqual([0]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends the one with the other', async () => {
    const { guest, workers } = lead();
    guest.say(reach(1, 0), reach(2, 1), data(FIRST, 'last'), close(FIRST));
    await turns();
    expect(String(Buffer.concat(workers[0]![1].heard))).toBe('last');
    expect(workers[0]![1].destroyed).toBe(true);
    expect(workers[1]![1].destroyed).toBe(false);

    workers[1]![1].push('last');
    workers[1]![1].push(null);
    await turns();
    expect(guest.frames).toEqual([data(FIRST + 1, 'last'), close(FIRST + 1)]);
  });

  it.each<[string, (worker: End) => void]>([
    ['fails', (worker) => worker.destroy(new Error('the connection is reset'))],
    ['is gone', (worker) => worker.destroy()],
  ])('closes the connection to a worker that %s', async (_, act) => {
    const { guest, workers } = lead();
    guest.say(reach(1, 0));
    await turns();
    act(workers[0]![1]);
    await turns();
    expect(guest.frames).toEqual([close(FIRST)]);
    expect(guest.destroyed).toBe(false);
  });

  it('closes the connection to one that cannot be reached', async () => {
    const guest = new Guest();
    leadToWorkers(guest, {
      count: 1,
      open: () => {
        throw new Error('no way');
      },
    });
    guest.say(reach(1, 0));
    await turns();
    expect(guest.frames).toEqual([close(FIRST)]);
  });

  it('hangs up on workers with the guest, and on one that asks for a worker it does not have', async () => {
    const gone = lead();
    gone.guest.say(reach(1, 0));
    await turns();
    gone.guest.destroy();
    await turns();
    expect(gone.workers[0]![1].destroyed).toBe(true);

    const wrong = lead(2);
    wrong.guest.say(reach(1, 0), reach(2, 2));
    await turns();
    expect(wrong.guest.destroyed).toBe(true);
    expect(wrong.workers.map(([index, { destroyed }]) => [index, destroyed])).toEqual([[0, true]]);
  });
});
