import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { HostFactsCache } from '../../../src/machine/qemu/host-facts-cache.js';
import { describeQemu, findQemu } from '../../../src/machine/qemu/binary.js';
import { PLATFORMS } from '../../../src/machine/qemu/platform.js';
import { peekRestore, probeRestore, rememberRestore } from '../../../src/machine/snapshot/probe.js';
import type { RestoreProbe } from '../../../src/machine/snapshot/probe.js';
import { hostFolders } from '../../../src/host/host-folders.js';
import { hasProgram } from '../../support/programs.js';
import { skipWhere } from '../../support/skipping.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

const probeWith = (
  binary: RestoreProbe['binary'],
  arch: 'x86_64' | 'aarch64' = 'x86_64',
): RestoreProbe => ({
  binary,
  machine: {
    arch,
    accel: { name: 'tcg' },
    cpuModel: arch === 'x86_64' ? 'qemu64' : 'cortex-a72',
  },
  machineType: PLATFORMS[arch].machineType,
});

describe.each(['x86_64', 'aarch64'] as const)('the probe of saved machines on %s', (arch) => {
  it(
    'sees a restored machine come to its end',
    skipWhere(!hasProgram(PLATFORMS[arch].qemuProgram), 'no QEMU here'),
    async () => {
      const binary = await findQemu(arch, hostFolders(process.env).searchPath);
      expect(await probeRestore(probeWith(binary, arch))).toEqual({ usable: true });
    },
  );

  it(
    'says what QEMU says of a machine that it does not know',
    skipWhere(!hasProgram(PLATFORMS[arch].qemuProgram), 'no QEMU here'),
    async () => {
      const binary = await findQemu(arch, hostFolders(process.env).searchPath);
      const probe = { ...probeWith(binary, arch), machineType: 'none-such' };
      const verdict = await probeRestore(probe);
      expect(verdict).toMatchObject({ usable: false });
      expect(JSON.stringify(verdict)).not.toContain('socket');
    },
  );
});

describe('the verdict on saved machines', () => {
  it('is kept for the same QEMU, accelerator and processor', async () => {
    const binary = await describeQemu(process.execPath);
    const cache = new HostFactsCache(folder());
    const probe = probeWith(binary);
    expect(await peekRestore(probe, cache)).toBeUndefined();
    await rememberRestore(probe, cache, { usable: false, reason: 'for a test' });
    expect(await peekRestore(probe, cache)).toEqual({ usable: false, reason: 'for a test' });
    const other = { ...probe, machine: { ...probe.machine, cpuModel: 'max' } };
    expect(await peekRestore(other, cache)).toBeUndefined();
    expect(await readdir(folder())).toEqual(['machine']);
  });

  it('is one on a program that is no QEMU at all', async () => {
    const verdict = await probeRestore(probeWith(await describeQemu(process.execPath)));
    expect(verdict).toMatchObject({ usable: false });
  });
});
