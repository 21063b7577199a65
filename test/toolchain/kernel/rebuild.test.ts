import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import { sha256 } from '../../../src/image/sha256.js';
import { buildKernel } from '../../../src/toolchain/kernel/build.js';
import { KERNEL_RECORD_PATH } from '../../../src/toolchain/kernel/record.js';
import { zosia } from '../../support/cli.js';
import { onHost } from '../../support/host.js';
import { temporaryFolder } from '../../support/temporary.js';
import { kernelToBuild } from './inputs.js';
import { recordedCompiler } from '../recorded-compiler.js';
import { noteSecondBuild } from '../support/second-build.js';

const folder = temporaryFolder();

it.for(ARCHITECTURES)(
  'buildKernel gives the bytes of kernel-config/record.json again, which boot to the prompt, for %s',
  { timeout: 3_600_000 },
  async (arch, context) => {
    const { record, isRecorded, fragments, source } = await kernelToBuild(arch, context);
    await recordedCompiler(context);
    // Whoever keeps new files to himself gets the same bytes.
    const umask = process.umask(arch === 'x86_64' ? 0o077 : 0o022);
    const built = await onHost((builder) =>
      buildKernel({ arch, builder, outDir: folder.file(arch), fragments, source }),
    ).finally(() => process.umask(umask));
    expect(sha256(await readFile(built.path))).toBe(built.sha256);
    expect(built).toMatchObject({ sizeBytes: record.sizeBytes, sha256: record.sha256 });
    if (isRecorded) await noteSecondBuild(KERNEL_RECORD_PATH, arch);

    const machine = ['--arch', arch, '--accel', 'tcg'];
    const run = async (...args: string[]): Promise<string> => {
      const { stdout, stderr, exitCode } = await zosia(args, { cwd: folder.path });
      expect(exitCode, stderr).toBe(0);
      return stdout;
    };
    const prompt = ['--prompt', 'Once upon a time', '-n', '20', '--temp', '0'];
    await run('up', ...machine, ...prompt);
    const packaged = await run('run', ...machine, ...prompt);
    const images = built.vmlinuxPath === undefined ? [built.path] : [built.path, built.vmlinuxPath];
    for (const kernel of images) {
      const boot = ['run', ...machine, '--kernel', kernel];
      expect(await run(...boot, '--ci')).toContain('zosia: ci passed');
      expect(await run(...boot, ...prompt)).toBe(packaged);
    }
    expect(await run('run', ...machine, '--kernel', built.path, '--uefi', '--ci')).toContain(
      'zosia: ci passed',
    );
  },
);
