import { writeFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import type { RunOptions } from '../../../src/toolchain/builder.js';
import { buildKernel } from '../../../src/toolchain/kernel/build.js';
import { KERNEL_TARGETS } from '../../../src/toolchain/kernel/make.js';
import {
  ANONYMOUS,
  CONFIGURE_GOAL,
  kernelSettingsSha256,
  makeVariables,
} from '../../../src/toolchain/kernel/settings.js';
import { withHostBuilder } from '../../../src/toolchain/host/host-builder.js';
import { HOST } from '../../support/host.js';
import { describeWithPrograms } from '../../support/programs.js';
import { temporaryFolder } from '../../support/temporary.js';
import { changedBuilder } from '../support/changed-builder.js';
import { makeFakeSource, makeFakeTools } from './fake-source.js';

it('kernelSettingsSha256 tells architectures apart, and is the same each time', () => {
  expect(kernelSettingsSha256('aarch64')).toBe(kernelSettingsSha256('aarch64'));
  expect(kernelSettingsSha256('aarch64')).not.toBe(kernelSettingsSha256('x86_64'));
});

describeWithPrograms(['make', 'tar'], 'buildKernel', () => {
  const folder = temporaryFolder();
  let searchPath: string[];
  beforeAll(async () => {
    searchPath = [await makeFakeTools(folder.file('bin')), ...HOST.searchPath];
    await writeFile(folder.file('linux.tar'), makeFakeSource(folder.path, 'linux-6.1', ''));
  });

  it.each(ARCHITECTURES)('tells make nothing but what the digest is of, for %s', async (arch) => {
    const calls: { args: readonly string[]; env: RunOptions['env'] }[] = [];
    await withHostBuilder({ searchPath }, (builder) =>
      buildKernel({
        arch,
        source: folder.file('linux.tar'),
        fragments: [{ name: 'mine.config', text: 'CONFIG_A=y\n' }],
        builder: changedBuilder(builder, {
          launcher: 'ccache',
          run: (program, args, options) => {
            if (program === 'make') calls.push({ args, env: options?.env });
            return builder.run(program, args, options);
          },
        }),
        outDir: folder.file(arch),
        jobs: 3,
      }),
    );
    const ofThisBuild = /^(-C|\/.*|O=\/.*|-j3|CC=ccache clang)$/;
    expect(calls.map(({ args }) => args.filter((word) => !ofThisBuild.test(word)))).toEqual([
      [...makeVariables(arch), CONFIGURE_GOAL],
      [...makeVariables(arch), ...KERNEL_TARGETS[arch].goals],
    ]);
    const set = calls.map(({ env }) =>
      Object.entries(env ?? {}).filter(
        ([name, value]) => value !== undefined && name !== 'KCONFIG_ALLCONFIG',
      ),
    );
    expect(set).toEqual([Object.entries(ANONYMOUS), Object.entries(ANONYMOUS)]);
  });
});
