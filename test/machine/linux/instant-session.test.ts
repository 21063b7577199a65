import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SessionStore } from '../../../src/machine/snapshot/sessions.js';
import { FakeInstant } from '../support/saved-machine.js';
import type { InstantEnd } from '../support/saved-machine.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const NAME = 'notes';

/** Opens the session, and runs its machine. */
async function converse(
  host: FakeInstant,
  ...args: Parameters<FakeInstant['run']>
): Promise<InstantEnd> {
  const session = await new SessionStore(join(folder(), 'cache')).open(NAME);
  try {
    return await host.run(args[0], { ...args[1], session });
  } finally {
    await session.giveBack();
  }
}

const kept = async (): Promise<string[]> =>
  (await readdir(join(folder(), 'cache/sessions', NAME))).sort();

describe('a session', () => {
  it('is kept when its guest says that it has been left, and goes on from there', async () => {
    const host = await FakeInstant.in(folder());
    const first = await converse(host, 'leave');
    expect(first.end.hasLeft, first.notes.join()).toBe(true);
    expect(await kept()).toEqual(['current', 'state-1']);
    const second = await converse(host, 'more, then leave');
    expect(second.end.hasLeft).toBe(true);
    expect(second.shown).toMatch(
      /^booted\r\nawake\r\ntyped leave\r\nawake\r\ntyped more, then leave\r\n$/,
    );
    expect(await host.starts()).toEqual(['boot', 'copy', 'copy']);
    expect(await kept()).toEqual(['current', 'state-2']);
  });

  it('is kept when the run is to end: the guest is asked', async () => {
    const host = await FakeInstant.in(folder());
    const abort = new AbortController();
    const { end } = await converse(host, 'hello', {
      signal: abort.signal,
      onShown: (shown) => {
        if (shown.includes('typed')) abort.abort();
      },
    });
    expect(end.hasLeft).toBe(true);
    expect(await kept()).toEqual(['current', 'state-1']);
  });

  it('is none when its machine is ended before it has gone on', async () => {
    const host = await FakeInstant.in(folder());
    const abort = new AbortController();
    const { end } = await converse(host, 'hello', {
      signal: abort.signal,
      onShown: () => {
        abort.abort();
      },
    });
    expect(end).toEqual({});
    expect(await readdir(join(folder(), 'cache/sessions'))).toEqual([]);
  });

  it.each([
    [
      'QEMU fails',
      `migrate = (path, done) => done({ status: 'failed', 'error-desc': 'a device is busy' });`,
      'QEMU cannot save the machine: a device is busy',
    ],
    [
      'its disk is full',
      `onTyped = () => process.kill(process.pid, 'SIGBUS');`,
      'its disk is full',
    ],
  ])('stays as it was, and its end says why, when %s', async (_, changes, why) => {
    const host = await FakeInstant.in(folder());
    await converse(host, 'leave');
    const failing = await FakeInstant.in(folder(), `if (isCopy) { ${changes} }`);
    const { end } = await converse(failing, 'leave');
    expect(end.hasLeft).toBeUndefined();
    expect(end.failure).toMatchObject({
      code: 'ZOSIA_SESSION_NOT_KEPT',
      message: `the session notes is not kept: ${why}`,
      hint: expect.stringContaining(join('sessions', NAME)) as string,
    });
    expect(await kept()).toEqual(['current', 'state-1']);
  });

  it('says why it is not kept also to one who has ended it', async () => {
    const host = await FakeInstant.in(folder());
    const session = await new SessionStore(join(folder(), 'cache')).open(NAME);
    session.commit = () =>
      Promise.reject(Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' }));
    const abort = new AbortController();
    const { end } = await host.run('hello', {
      session,
      signal: abort.signal,
      onShown: (shown) => {
        if (shown.includes('typed')) abort.abort();
      },
    });
    await session.giveBack();
    expect(end.failure).toMatchObject({
      code: 'ZOSIA_SESSION_NOT_KEPT',
      message: 'the session notes is not kept: no space left (ENOSPC)',
    });
    expect(await readdir(join(folder(), 'cache/sessions'))).toEqual([]);
  });

  it('is refused when its machine has changed, with what, and how to begin anew', async () => {
    const host = await FakeInstant.in(folder());
    host.parts = { kernel: 'k', initramfs: 'i', QEMU: '7.2.5 q', model: 'm', terminal: 't' };
    await converse(host, 'leave');
    host.parts = { kernel: 'K', initramfs: 'I', QEMU: '10.0.1 Q', model: 'm', terminal: 'T' };
    await expect(converse(host, 'leave')).rejects.toMatchObject({
      code: 'ZOSIA_SESSION_OUTDATED',
      message:
        'the session notes cannot go on: changed since it was left: QEMU (7.2.5 then, 10.0.1 now), initramfs, kernel',
      hint: expect.stringMatching(/begin anew, with another name/) as string,
    });
    host.parts = { ...host.parts, kernel: 'k', initramfs: 'i', QEMU: '7.2.5 q' };
    expect((await converse(host, 'leave')).end.hasLeft).toBe(true);
    expect(await kept()).toEqual(['current', 'state-2']);
  });
});
