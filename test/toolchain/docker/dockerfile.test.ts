import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import { packagesFor } from '../../../src/doctor/package-managers.js';
import { requirementsFor } from '../../../src/doctor/requirements.js';
import { askedSymbols } from '../../../src/toolchain/kernel/config.js';
import { readKernelFragments } from '../../../src/toolchain/kernel/fragments.js';
import { TOOLCHAIN_DIRECTORY } from '../../../src/toolchain/sources.js';

/** The packages that a Dockerfile installs; the compilers for other architectures are named by a variable. */
async function installed(toolchain: string): Promise<string[]> {
  const text = await readFile(join(TOOLCHAIN_DIRECTORY, toolchain, 'Dockerfile'), 'utf8');
  const [, words] = /apt-get install (.*) \\$/m.exec(text)!;
  return words!.split(' ');
}

describe('a Dockerfile of guest/toolchain', () => {
  it.each([
    ['guest', 'build'],
    ['kernel', 'kernel'],
    ['llama', 'llama'],
  ] as const)('installs for %s what doctor installs on a host', async (toolchain, purpose) => {
    const packages = await installed(toolchain);
    for (const arch of ARCHITECTURES) {
      const wanted = packagesFor(requirementsFor(purpose, arch, 'linux'), 'apt');
      const others = wanted.filter((name) => !name.endsWith('-linux-gnu'));
      expect(packages).toEqual(expect.arrayContaining(others));
    }
  });

  it.each(ARCHITECTURES)('installs what packs the kernel for %s', async (arch) => {
    const asked = askedSymbols(await readKernelFragments(arch));
    const packers = asked
      .filter(({ name, value }) => /^KERNEL_[A-Z0-9]+$/.test(name) && value === 'y')
      .map(({ name }) => name.replace('KERNEL_', '').toLowerCase());
    expect(packers).toEqual(arch === 'x86_64' ? ['lz4'] : []);
    expect(await installed('kernel')).toEqual(expect.arrayContaining(packers));
  });
});
