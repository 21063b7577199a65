import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import { HostFactsCache } from '../../../src/machine/qemu/host-facts-cache.js';
import { describeQemu, findQemu } from '../../../src/machine/qemu/binary.js';
import { PLATFORMS } from '../../../src/machine/qemu/platform.js';
import { qemuFacts } from '../../../src/machine/qemu/facts.js';
import { probeRestore } from '../../../src/machine/snapshot/probe.js';
import { HOST } from '../../support/host.js';
import { hasProgram } from '../../support/programs.js';
import { skipWhere } from '../../support/skipping.js';
import { temporaryFolder } from '../support/temporary.js';
import { NEVER, probeWith } from './probes.js';

const folder = temporaryFolder();

describe.each(ARCHITECTURES)('the probe of saved machines on %s', (arch) => {
  const withQemu = skipWhere(!hasProgram(PLATFORMS[arch].qemuProgram), 'no QEMU here');

  it('sees a restored machine come to its end, confined as others are', withQemu, async () => {
    const binary = await findQemu(arch, HOST.searchPath);
    const { hasSandbox } = await qemuFacts(binary, new HostFactsCache(folder()));
    const probe = probeWith(binary, arch, hasSandbox);
    expect(await probeRestore(probe, NEVER)).toEqual({ usable: true });
  });

  it('says what QEMU says of a machine that it does not know', withQemu, async () => {
    const binary = await findQemu(arch, HOST.searchPath);
    const probe = { ...probeWith(binary, arch), machineType: 'none-such' };
    const verdict = await probeRestore(probe, NEVER);
    expect(verdict).toMatchObject({ usable: false });
    expect(JSON.stringify(verdict)).not.toContain('socket');
  });
});

it('the probe of saved machines has a verdict on a program that is no QEMU', async () => {
  const verdict = await probeRestore(probeWith(await describeQemu(process.execPath)), NEVER);
  expect(verdict).toMatchObject({ usable: false });
});
