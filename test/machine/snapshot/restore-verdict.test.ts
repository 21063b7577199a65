import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { HostFactsCache } from '../../../src/machine/qemu/host-facts-cache.js';
import { describeQemu } from '../../../src/machine/qemu/binary.js';
import { peekRestore, rememberRestore } from '../../../src/machine/snapshot/restore-verdict.js';
import { temporaryFolder } from '../support/temporary.js';
import { probeWith } from './probes.js';

const folder = temporaryFolder();

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
});
