import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HostFactsCache } from '../../../src/machine/qemu/host-facts-cache.js';
import { describeQemu } from '../../../src/machine/qemu/binary.js';
import { HostRestore } from '../../../src/machine/snapshot/host-restore.js';
import { peekRestore } from '../../../src/machine/snapshot/restore-verdict.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import type { FakeQemu } from '../support/fake-qemu.js';
import { qmpMachine } from '../support/fake-qmp.js';
import { temporaryFolder } from '../support/temporary.js';
import { NEVER, probeWith } from './probes.js';

const folder = temporaryFolder();

/** A QEMU that says no to everything that saving takes, or whatever else. */
const REFUSES = `${qmpMachine([])}
onCommand = ({ execute, id }) =>
  tell(execute.startsWith('migrate') ? { error: { desc: 'no migration here' }, id } : { return: {}, id });
setInterval(() => {}, 1000);`;

/** One that is never ready for anything. */
const HANGS = `setInterval(() => {}, 1000);`;

describe('what is known of a host', () => {
  const host = async (machine: string, askAgain = false) => {
    const qemu = await makeFakeQemu(folder(), { program: 'qemu-system-x86_64', machine });
    const cache = new HostFactsCache(join(folder(), 'cache'));
    const probe = probeWith(await describeQemu(qemu.path));
    return { qemu, cache, probe, restore: await HostRestore.open(probe, cache, askAgain) };
  };
  const runs = async (qemu: FakeQemu): Promise<number> =>
    (await qemu.calls()).filter((args) => args.includes('-machine')).length;
  const bad = { usable: false, reason: expect.stringContaining('no migration here') as string };

  it('is found out once, and kept for a day where it is bad', async () => {
    const { qemu, cache, probe, restore } = await host(REFUSES);
    expect(restore.verdict).toBeUndefined();
    expect(await runs(qemu)).toBe(0);
    expect(await restore.find(NEVER)).toEqual(bad);
    expect(restore.verdict).toEqual(bad);
    const count = await runs(qemu);
    expect(count).toBeGreaterThan(0);

    const next = await HostRestore.open(probe, cache, false);
    expect(next.verdict).toEqual(bad);
    expect(await next.find(NEVER)).toEqual(bad);
    expect(await runs(qemu)).toBe(count);
    expect((await HostRestore.open(probe, cache, true)).verdict).toBeUndefined();

    const kept = join(folder(), 'cache', 'machine');
    const dayAgo = new Date(Date.now() - 25 * 3_600_000);
    for (const file of await readdir(kept)) await utimes(join(kept, file), dayAgo, dayAgo);
    expect((await HostRestore.open(probe, cache, false)).verdict).toBeUndefined();
    await next.learnFromCopy();
    for (const file of await readdir(kept)) await utimes(join(kept, file), dayAgo, dayAgo);
    for (const askAgain of [false, true]) {
      expect((await HostRestore.open(probe, cache, askAgain)).verdict).toEqual({ usable: true });
    }
  });

  it('is nothing when the probe is cancelled, and QEMU has ended then', async () => {
    const { qemu, cache, probe, restore } = await host(HANGS);
    const cancel = new AbortController();
    const finding = restore.find(cancel.signal);
    await expect.poll(() => runs(qemu)).toBe(1);
    cancel.abort(new Error('enough'));
    await expect(finding).rejects.toThrow('enough');
    expect(await peekRestore(probe, cache)).toBeUndefined();
    expect(restore.verdict).toBeUndefined();
  });

  it('is learnt from machines, but not from a disk that is full', async () => {
    const { cache, probe, restore } = await host(REFUSES);
    for (const code of ['ENOSPC', 'EMFILE']) {
      await restore.learnFromFailure(Object.assign(new Error(code), { code, syscall: 'write' }));
    }
    expect(await peekRestore(probe, cache)).toBeUndefined();
    await restore.learnFromFailure(new Error('it did not go on within 20 s'));
    expect(await peekRestore(probe, cache)).toEqual({
      usable: false,
      reason: 'it did not go on within 20 s',
    });
  });

  it('is no verdict where the memory of the probe has no room', async () => {
    const { cache, probe, restore } = await host(`process.kill(process.pid, 'SIGBUS'); ${HANGS}`);
    await expect(restore.find(NEVER)).rejects.toMatchObject({ code: 'ZOSIA_DISK_FULL' });
    expect(await peekRestore(probe, cache)).toBeUndefined();
  });
});
