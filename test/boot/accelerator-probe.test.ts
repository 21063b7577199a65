import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { probeAccelerator } from '../../src/machine/accelerator/accelerator-probe.js';
import { defaultCpuModel } from '../../src/machine/accelerator/cpu-model.js';
import { findQemu } from '../../src/machine/machine.js';
import { HOST } from '../support/host.js';

describe.each(ARCHITECTURES)('the probe of %s', (arch) => {
  const probe = async (accelerator: string, cpuModel: string) =>
    probeAccelerator(accelerator, cpuModel, {
      arch,
      binary: await findQemu(arch, HOST.searchPath),
    });

  it('completes on a host where guests run', async () => {
    expect(await probe('tcg', defaultCpuModel(arch, 'tcg', [7, 2]))).toEqual({ usable: true });
  });

  it('reports why it cannot start', async () => {
    expect(await probe('tcg', 'no-such-model')).toMatchObject({
      usable: false,
      reason: expect.stringContaining('no-such-model') as string,
    });
    expect(await probe('no-such-accelerator', 'max')).toMatchObject({ usable: false });
  });
});
