import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relayLines } from '../../../src/machine/console/input.js';

/** The guest's end: remembers what was typed, and takes a piece only when it is told to. */
class Guest extends Writable {
  typed = '';
  #next: (() => void) | undefined;
  constructor(readonly isSlow = false) {
    super({ highWaterMark: isSlow ? 1 : 16_384 });
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.typed += chunk.toString('utf8');
    if (this.isSlow) this.#next = done;
    else done();
  }
  take(): void {
    const next = this.#next;
    this.#next = undefined;
    next?.();
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await turn();
}

describe('relayLines', () => {
  it('sends one line for each request, and the final input at its request', async () => {
    const input = new PassThrough();
    const guest = new Guest();
    const relay = relayLines(input, guest, '/poweroff\n');
    input.end('one\n\ntwo');
    await settle();
    expect(guest.typed).toBe('');
    relay.want(1);
    expect(guest.typed).toBe('one\n');
    relay.want(1);
    expect(guest.typed).toBe('one\n');
    relay.want(3);
    expect(guest.typed).toBe('one\n\ntwo\n');
    relay.want(4);
    expect(guest.typed).toBe('one\n\ntwo\n/poweroff\n');
    relay.want(9);
    expect(guest.typed).toBe('one\n\ntwo\n/poweroff\n');
  });

  it('sends a line that arrives after its request as soon as it arrives', async () => {
    const input = new PassThrough();
    const guest = new Guest();
    relayLines(input, guest, '/poweroff\n').want(1);
    input.write('on');
    await settle();
    input.write('e\ntwo\n');
    await settle();
    expect(guest.typed).toBe('one\n');
  });

  it('buffers only a little input before it is requested', async () => {
    const input = new PassThrough({ highWaterMark: 1024 });
    const guest = new Guest();
    const relay = relayLines(input, guest, '/poweroff\n');
    let written = 0;
    while (written < 1 << 20) {
      input.write('x'.repeat(1023) + '\n');
      written += 1024;
    }
    await settle();
    expect(input.readableLength + input.writableLength).toBeGreaterThan((1 << 20) - (1 << 17));
    relay.want(Infinity);
    await settle();
    expect(guest.typed).toHaveLength(1 << 20);
  });

  it('waits for a slow guest', async () => {
    const input = new PassThrough();
    const guest = new Guest(true);
    relayLines(input, guest, '/poweroff\n').want(Infinity);
    input.end('one\ntwo\n');
    await settle();
    expect(guest.typed).toBe('one\n');
    expect(guest.writableLength).toBe('one\n'.length);
    for (let i = 0; i < 4; i++) {
      guest.take();
      await settle();
    }
    expect(guest.typed).toBe('one\ntwo\n/poweroff\n');
  });

  it('releases the input when it ends', () => {
    const input = new PassThrough();
    const relay = relayLines(input, new Guest(), '');
    relay.detach();
    expect(input.listenerCount('data') + input.listenerCount('end')).toBe(0);
    expect(input.isPaused()).toBe(true);
  });

  it('passes on lines and tabs but no other control characters, however the input is split', async () => {
    const text = fc.array(fc.constantFrom('a', 'ż', '\n', '\t', '\r', '\x03'), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(20)), async (letters, wants) => {
        const input = new PassThrough();
        const guest = new Guest();
        const relay = relayLines(input, guest, 'BYE\n');
        let wanted = 0;
        for (const [index, letter] of letters.entries()) {
          input.write(letter);
          wanted += wants[index] ?? 0;
          relay.want(wanted);
        }
        input.end();
        await settle();
        relay.want(Infinity);
        await settle();
        const given = letters.join('').replaceAll('\r', '').replaceAll('\x03', '');
        const isCut = given !== '' && !given.endsWith('\n');
        expect(guest.typed).toBe(`${given}${isCut ? '\n' : ''}BYE\n`);
      }),
      { numRuns: 50 },
    );
  });
});
