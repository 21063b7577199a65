import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import { configureKernel } from '../../../src/toolchain/kernel/build.js';
import { parseConfig } from '../../../src/toolchain/kernel/config.js';
import { readKernelFragments } from '../../../src/toolchain/kernel/fragments.js';
import { KERNEL_CONFIG_DIRECTORY } from '../../../src/toolchain/sources.js';
import { onHost } from '../../support/host.js';
import { describeWithPrograms } from '../../support/programs.js';
import { temporaryFolder } from '../../support/temporary.js';
import { kernelSource } from './inputs.js';

/** What Kconfig runs: nothing of a kernel is compiled. */
const PROGRAMS = ['clang', 'ld.lld', 'llvm-objcopy', 'make', 'flex', 'bison', 'bc', 'xz'];

describeWithPrograms(PROGRAMS, 'hardware.config', () => {
  const folder = temporaryFolder();

  it.for(ARCHITECTURES)(
    'comes through Kconfig with every symbol that it asks for, for %s',
    { timeout: 3_600_000 },
    async (arch) => {
      const hardware = join(KERNEL_CONFIG_DIRECTORY, 'hardware.config');
      const fragments = await readKernelFragments(arch, [hardware]);
      const { path: source } = await kernelSource(arch);
      // Names those that do not come through.
      const configPath = await onHost((builder) =>
        configureKernel({ arch, source, fragments, builder, outDir: folder.file(arch) }),
      );
      const configured = parseConfig(await readFile(configPath, 'utf8'), '.config');
      for (const asked of parseConfig(await readFile(hardware, 'utf8'), hardware)) {
        expect(configured).toContainEqual(asked);
      }
    },
  );
});
