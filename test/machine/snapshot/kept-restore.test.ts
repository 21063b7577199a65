import { describe, expect, it } from 'vitest';
import { HostFactsCache } from '../../../src/machine/qemu/host-facts-cache.js';
import { findQemu } from '../../../src/machine/qemu/binary.js';
import { qemuFacts } from '../../../src/machine/qemu/facts.js';
import { keptRestore } from '../../../src/machine/snapshot/kept-restore.js';
import { rememberRestore } from '../../../src/machine/snapshot/restore-verdict.js';
import { hostFolders } from '../../../src/host/host-folders.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

describe('keptRestore', () => {
  it('is the verdict on machines of the default kind, and runs nothing', async () => {
    const qemu = await makeFakeQemu(folder(), { version: '7.2.22' });
    const folders = { ...hostFolders({}), searchPath: [folder()], cacheDirectory: folder() };
    const cache = new HostFactsCache(folder());
    const binary = await findQemu('aarch64', [folder()]);
    expect(binary.path).toBe(qemu.path);
    const kept = () => keptRestore('aarch64', folders);
    expect(await kept()).toBeUndefined();
    expect(await qemu.calls()).toEqual([]);
    await qemuFacts(binary, cache);
    expect(await kept()).toBeUndefined();
    const subject = {
      machine: { arch: 'aarch64', accel: { name: 'tcg' }, cpuModel: 'neoverse-n1' },
      binary,
      machineType: 'virt-7.2',
    } as const;
    const count = (await qemu.calls()).length;
    for (const verdict of [{ usable: true }, { usable: false, reason: 'for a test' }] as const) {
      await rememberRestore(subject, cache, verdict);
      expect(await kept()).toEqual(verdict);
    }
    expect(await qemu.calls()).toHaveLength(count);
  });
});
