import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HostFactsCache } from '../../../src/machine/qemu/host-facts-cache.js';
import { describeQemu, findQemu } from '../../../src/machine/qemu/binary.js';
import type { QemuBinary } from '../../../src/machine/qemu/binary.js';
import { PLATFORMS } from '../../../src/machine/qemu/platform.js';
import { qemuFacts } from '../../../src/machine/qemu/facts.js';
import { HostRestore } from '../../../src/machine/snapshot/host-restore.js';
import { keptRestore } from '../../../src/machine/snapshot/kept-restore.js';
import { probeRestore } from '../../../src/machine/snapshot/probe.js';
import type { RestoreProbe } from '../../../src/machine/snapshot/probe.js';
import { peekRestore, rememberRestore } from '../../../src/machine/snapshot/restore-verdict.js';
import { hostFolders } from '../../../src/host/host-folders.js';
import { hasProgram } from '../../support/programs.js';
import { skipWhere } from '../../support/skipping.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import type { FakeQemu } from '../support/fake-qemu.js';
import { qmpMachine } from '../support/fake-qmp.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const { signal: never } = new AbortController();

const probeWith = (
  binary: QemuBinary,
  arch: 'x86_64' | 'aarch64' = 'x86_64',
  sandbox = false,
): RestoreProbe => ({
  binary,
  machine: {
    arch,
    accel: { name: 'tcg' },
    cpuModel: arch === 'x86_64' ? 'qemu64' : 'cortex-a72',
    sandbox,
    exitWithParent: false,
  },
  machineType: PLATFORMS[arch].machineType,
});

describe.each(['x86_64', 'aarch64'] as const)('the probe of saved machines on %s', (arch) => {
  const withQemu = skipWhere(!hasProgram(PLATFORMS[arch].qemuProgram), 'no QEMU here');

  it('sees a restored machine come to its end, confined as others are', withQemu, async () => {
    const binary = await findQemu(arch, hostFolders(process.env).searchPath);
    const { hasSandbox } = await qemuFacts(binary, new HostFactsCache(folder()));
    const probe = probeWith(binary, arch, hasSandbox);
    expect(await probeRestore(probe, never)).toEqual({ usable: true });
  });

  it('says what QEMU says of a machine that it does not know', withQemu, async () => {
    const binary = await findQemu(arch, hostFolders(process.env).searchPath);
    const probe = { ...probeWith(binary, arch), machineType: 'none-such' };
    const verdict = await probeRestore(probe, never);
    expect(verdict).toMatchObject({ usable: false });
    expect(JSON.stringify(verdict)).not.toContain('socket');
  });
});

describe('the verdict on saved machines', () => {
  it('is kept for the same QEMU, accelerator and processor', async () => {
    const binary = await describeQemu(process.execPath);
    const cache = new HostFactsCache(folder());
    const probe = probeWith(binary);
    expect(await peekRestore(probe, cache)).toBeUndefined();
    await rememberRestore(probe, cache, { usable: false, reason: 'for a test' });
    expect(await peekRestore(probe, cache)).toEqual({ usable: false, reason: 'for a test' });
    const { machine } = probe;
    for (const changes of [
      { cpuModel: 'max' },
      { arch: 'aarch64' },
      { accel: { name: 'kvm' } },
      { accel: { name: 'tcg', options: 'thread=single' } },
    ] as const) {
      const other = { ...probe, machine: { ...machine, ...changes } };
      expect(await peekRestore(other, cache)).toBeUndefined();
    }
    expect(await readdir(folder())).toEqual(['machine']);
  });

  it('is one on a program that is no QEMU at all', async () => {
    const verdict = await probeRestore(probeWith(await describeQemu(process.execPath)), never);
    expect(verdict).toMatchObject({ usable: false });
  });
});

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
    expect(await restore.find(never)).toEqual(bad);
    expect(restore.verdict).toEqual(bad);
    const count = await runs(qemu);
    expect(count).toBeGreaterThan(0);

    const next = await HostRestore.open(probe, cache, false);
    expect(next.verdict).toEqual(bad);
    expect(await next.find(never)).toEqual(bad);
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

  it('is nothing when the probe is cancelled, and no QEMU is left', async () => {
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
    await expect(restore.find(never)).rejects.toMatchObject({ code: 'ZOSIA_DISK_FULL' });
    expect(await peekRestore(probe, cache)).toBeUndefined();
  });
});

describe('keptRestore', () => {
  it('is the verdict on machines of the default kind, and runs nothing', async () => {
    const { path, calls } = await makeFakeQemu(folder(), { version: '7.2.22' });
    const folders = { ...hostFolders({}), searchPath: [folder()], cacheDirectory: folder() };
    const cache = new HostFactsCache(folder());
    const binary = await findQemu('aarch64', [folder()]);
    expect(binary.path).toBe(path);
    const kept = () => keptRestore('aarch64', folders);
    expect(await kept()).toBeUndefined();
    expect(await calls()).toEqual([]);
    await qemuFacts(binary, cache);
    expect(await kept()).toBeUndefined();
    const subject = {
      machine: { arch: 'aarch64', accel: { name: 'tcg' }, cpuModel: 'neoverse-n1' },
      binary,
      machineType: 'virt-7.2',
    } as const;
    const count = (await calls()).length;
    for (const verdict of [{ usable: true }, { usable: false, reason: 'for a test' }] as const) {
      await rememberRestore(subject, cache, verdict);
      expect(await kept()).toEqual(verdict);
    }
    expect(await calls()).toHaveLength(count);
  });
});
