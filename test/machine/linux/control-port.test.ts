import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ControlPort } from '../../../src/machine/linux/control-port.js';

const { signal } = new AbortController();
const SILENT = { code: 'ZOSIA_GUEST_SILENT' };

describe("the host's side of the control port", () => {
  it('hears words in order, however they are split', async () => {
    const stream = new PassThrough();
    const port = new ControlPort(stream);
    for (const piece of ['re', 'ady', '\nawake\nle', 'ft\n']) stream.write(piece);
    for (const word of ['ready', 'awake', 'left'] as const) await port.hear(word, signal);
    expect(port.isOpen).toBe(true);
  });

  it.each([
    ['says what nobody knows', 'rady\n'],
    ['does not end its line', 'x'.repeat(17)],
    ['says more than anybody hears', 'awake\n'.repeat(1000)],
  ])('gives up a guest that %s', async (_, said) => {
    const stream = new PassThrough();
    const port = new ControlPort(stream);
    stream.write(said);
    // What it said before counts, and has a bound.
    const heard = async (): Promise<void> => {
      for (let count = 0; count < 100; count++) await port.hear('awake', signal);
    };
    await expect(heard()).rejects.toMatchObject(SILENT);
    expect(port.isOpen).toBe(true);
  });

  it('gives up a guest that is elsewhere than it should be', async () => {
    const stream = new PassThrough();
    const port = new ControlPort(stream);
    stream.write('left\n');
    await expect(port.hear('ready', signal)).rejects.toMatchObject({
      ...SILENT,
      message: 'the guest does not go on: it says that it is left instead of ready',
    });
  });

  it('gives up a guest that hangs up, after what it said before', async () => {
    const stream = new PassThrough();
    const port = new ControlPort(stream);
    stream.write('ready\n');
    await port.hear('ready', signal);
    stream.destroy();
    await expect(port.hear('left', signal)).rejects.toMatchObject(SILENT);
    expect(port.isOpen).toBe(false);
  });

  it('waits no longer than it is to', async () => {
    const port = new ControlPort(new PassThrough());
    const end = new AbortController();
    const waiting = port.hear('ready', end.signal);
    end.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
