import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { zosia } from '../support/cli.js';
import { GNU_CPIO, describeWithPrograms, programPath } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';
import { writeOutput } from './support/buildroot-output.js';

describeWithPrograms(['busybox', GNU_CPIO], 'a machine on an output of Buildroot', () => {
  const folder = temporaryFolder();
  const arch = hostArchitecture();
  const run = async (...args: readonly string[]) => {
    const result = await zosia(args, { cwd: folder.path });
    expect(result.exitCode, result.stderr).toBe(0);
    return result.stdout;
  };
  const machine = ['--arch', arch, '--accel', 'tcg', '--smp', '1'];
  const boot = [...machine, '--kernel', 'buildroot', '--initrd'];

  beforeAll(async () => {
    await writeOutput(folder.file('output'), arch, programPath('busybox')!);
    await execa('tar', ['-cJf', 'output.tar.xz', 'output'], { cwd: folder.path });
    await run('fetch', '--from', 'output.tar.xz');
    await run(
      'image',
      'initramfs',
      '--arch',
      arch,
      '--base',
      'buildroot',
      '--init',
      'base',
      '--out',
      'own',
    );
  });

  it('answers a prompt with llama.cpp beside the base and its C library', async () => {
    const args = ['--base', 'buildroot', '--prompt', 'Once upon a', '-n', '12', '--temp', '0'];
    expect(await run('up', ...machine, ...args)).toMatch(/^ time\b|^Once upon a time\b/);
  });

  it('alone boots as it is, is told what is asked for, and ends when its init powers off', async () => {
    const base = `artifacts/${arch}/base/rootfs.cpio.gz`;
    const console = await run('run', ...boot, base, '--ci');
    expect(console).toContain('Welcome to Buildroot');
    expect(console).toMatch(/llama: \r?\n/);
    expect(console).toContain('told: zosia.ci=1');
  });

  it('runs its own init with llama.cpp beside it', async () => {
    const flags = ['--append', 'zosia.llama_args=-c,2048', '--diag'];
    const console = await run('run', ...boot, 'own/initramfs.cpio', ...flags);
    expect(console).toContain('Welcome to Buildroot');
    expect(console).toMatch(/llama: llama-cli\r?\nllama-completion/);
    expect(console).toContain('told: zosia.diag=1');
    expect(console).toContain('told: zosia.llama_args=-c,2048');
  });
});
