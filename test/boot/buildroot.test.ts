import { chmod, cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { KERNEL_NAMES } from '../../src/artifacts/buildroot/names.js';
import { prebuiltKernel, readPrebuiltKernel } from '../../src/recipes/guest-kernel.js';
import { zosia } from '../support/cli.js';
import { GNU_CPIO, describeWithPrograms, programPath } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';

/** An init of the original project's kind: what it is told are the flags of the kernel's command line. */
const INIT = `#!/bin/sh
mount -t proc proc /proc
mount -t devtmpfs dev /dev
exec </dev/console >/dev/console 2>&1
echo "Welcome to Buildroot"
echo "llama: $(ls /usr/bin)"
for word in $(cat /proc/cmdline); do
  case $word in zosia.*) echo "told: $word" ;; esac
done
poweroff -f
`;

const APPLETS = ['sh', 'mount', 'echo', 'ls', 'cat', 'poweroff'];

/** Debian's busybox stands in for Buildroot's, and a loader that starts nothing for that of its C library. */
async function writeRoot(root: string): Promise<void> {
  for (const folder of ['bin', 'dev', 'proc', 'lib', 'lib64', 'usr/bin']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await cp(programPath('busybox')!, join(root, 'bin/busybox'));
  for (const applet of APPLETS) await symlink('busybox', join(root, 'bin', applet));
  for (const loader of [
    'lib64/ld-linux-x86-64.so.2',
    'lib/ld-linux-aarch64.so.1',
    'lib/libc.so.6',
  ]) {
    await writeFile(join(root, loader), 'of another C library');
  }
  await writeFile(join(root, 'init'), INIT);
  await chmod(join(root, 'init'), 0o755);
}

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
    const root = folder.file('root');
    await writeRoot(root);
    const images = folder.file('output/images');
    await mkdir(images, { recursive: true });
    const { image } = await prebuiltKernel(arch, await readPrebuiltKernel(arch));
    await writeFile(join(images, KERNEL_NAMES[arch]), image);
    const pack = 'find . | cpio -o -H newc --quiet -R 0:0 | gzip > "$0/rootfs.cpio.gz"';
    await execa('sh', ['-c', pack, images], { cwd: root });
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
