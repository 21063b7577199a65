import { chmod, cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { KERNEL_NAMES } from '../../../src/artifacts/buildroot/names.js';
import { prebuiltKernel, readPrebuiltKernel } from '../../../src/recipes/guest-kernel.js';

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
async function writeRoot(root: string, busybox: string): Promise<void> {
  for (const folder of ['bin', 'dev', 'proc', 'lib', 'lib64', 'usr/bin']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await cp(busybox, join(root, 'bin/busybox'));
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

/**
 * Writes `images/` of an output of Buildroot as that lays it out: the kernel that comes along, and a root file
 * system, packed.
 */
export async function writeOutput(
  output: string,
  arch: Architecture,
  busybox: string,
): Promise<void> {
  const root = join(output, 'target');
  await writeRoot(root, busybox);
  const images = join(output, 'images');
  await mkdir(images, { recursive: true });
  const { image } = await prebuiltKernel(arch, await readPrebuiltKernel(arch));
  await writeFile(join(images, KERNEL_NAMES[arch]), image);
  const pack = 'find . | cpio -o -H newc --quiet -R 0:0 | gzip > "$0/rootfs.cpio.gz"';
  await execa('sh', ['-c', pack, images], { cwd: root });
}
