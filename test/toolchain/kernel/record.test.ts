import { expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import { lockedPackages, readLock } from '../../../src/artifacts/lock.js';
import { readKernelFragments } from '../../../src/toolchain/kernel/fragments.js';
import {
  kernelInputs,
  readKernelRecord,
  recordedKernel,
} from '../../../src/toolchain/kernel/record.js';

it.each(ARCHITECTURES)(
  'kernel-config/record.json is of the source, the fragments and the settings as they are, for %s',
  async (arch) => {
    const [source] = lockedPackages(await readLock(), arch, ['kernel-source']);
    const inputs = kernelInputs(arch, source!.sha256, await readKernelFragments(arch));
    const record = await readKernelRecord();
    const hint = `the source, kernel-config or src/toolchain/kernel/settings.ts has changed; renew it with: zosia build kernel --prebuilt`;
    expect(record[arch], hint).toMatchObject(inputs);
  },
);

it('recordedKernel says of a kernel that it was built once', () => {
  const compiler = { version: 'clang version 14.0.6', linkerVersion: 'LLD 14.0.6' };
  const inputs = kernelInputs('aarch64', 's', []);
  expect(recordedKernel(inputs, compiler, { sizeBytes: 1, sha256: 'd' })).toEqual({
    ...inputs,
    compiler: 'clang version 14.0.6',
    linker: 'LLD 14.0.6',
    sizeBytes: 1,
    sha256: 'd',
    rebuilt: false,
  });
});

it('kernelInputs returns the same for other comments and another order', () => {
  const digest = (text: string): string =>
    kernelInputs('aarch64', 's', [{ name: 'a', text }]).configSha256;
  const base = digest('# one\nCONFIG_A=y\nCONFIG_B=n\n');
  expect(digest('# CONFIG_B is not set\n# two\nCONFIG_A=y\n')).toBe(base);
  expect(digest('CONFIG_A=y\nCONFIG_B=y\n')).not.toBe(base);
});
