import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Architecture } from '../../src/artifacts/architectures.js';
import { gzip } from '../../src/formats/compression/gzip.js';
import { guestFiles } from '../../src/recipes/places.js';
import { zosia } from '../../test/support/cli.js';

/** A way to boot the same guest. */
export interface Contestant {
  readonly title: string;
  readonly kernel: string;
  readonly initrd: string;
  /** Makes QEMU's arguments of what they are today. */
  readonly changed?: (args: readonly string[]) => readonly string[];
  /** Arguments of llama-cli. */
  readonly llamaArgs?: readonly string[];
}

/** What the machine of the last release had not: random numbers of the host's, and this word for the kernel. */
const NEWER_DEVICES = ['rng-builtin,id=random', 'virtio-rng-pci,rng=random'];
const NEWER_WORD = / lpj=\d+/;

function asLastRelease(args: readonly string[]): readonly string[] {
  const isNewer = (arg?: string): boolean => arg !== undefined && NEWER_DEVICES.includes(arg);
  return args
    .filter((arg, at) => !isNewer(arg) && !isNewer(args[at + 1]))
    .map((arg) => arg.replace(NEWER_WORD, ''));
}

/** The same machine on QEMU's microvm, whose devices lie in memory instead of on PCI. */
function onMicrovm(args: readonly string[]): readonly string[] {
  return args
    .with(args.indexOf('-machine') + 1, 'microvm,acpi=on,rtc=on')
    .map((each) => each.replace(/^(virtio-(?:blk|rng))-pci/, '$1-device'));
}

/** What the first release packed its initramfs with. */
const GZIP_LEVEL = 6;

/** Other ways to pack the initramfs, as the kernel takes them. */
const PACKERS = [
  { name: 'zstd', program: 'zstd', args: ['-19', '-c', '-q'] },
  { name: 'lz4', program: 'lz4', args: ['-l', '-9', '-c', '-q'] },
] as const;

/**
 * Makes the guests of an architecture: the way of the last release first, which the others are compared with
 * (Debian's kernel as it is packaged, an initramfs packed with gzip), then today's.
 *
 * @param isWide whether to make the ways that were decided against, too
 */
export async function contestants(
  arch: Architecture,
  folder: string,
  isWide: boolean,
): Promise<Contestant[]> {
  const debian = await guest(arch, join(folder, arch, 'debian'), 'debian');
  const own = await guest(arch, join(folder, arch, 'zosia'), 'zosia');
  const gzipped = join(folder, arch, 'debian.cpio.gz');
  await writeFile(gzipped, await gzip(createReadStream(debian.initramfs), { level: GZIP_LEVEL }));
  const now = { title: 'today', kernel: own.kernel, initrd: own.initramfs };
  const main: Contestant[] = [
    { title: 'last release', kernel: debian.uefiKernel, initrd: gzipped, changed: asLastRelease },
    now,
    { title: "today, Debian's kernel", kernel: debian.kernel, initrd: debian.initramfs },
  ];
  if (!isWide) return main;
  const packed = join(folder, arch, 'zosia.cpio');
  const zipped = `${packed}.gz`;
  await writeFile(zipped, await gzip(createReadStream(own.initramfs), { level: GZIP_LEVEL }));
  const others: Contestant[] = [
    { ...now, title: 'initramfs packed with gzip', initrd: zipped },
    { ...now, title: "llama.cpp's warm-up", llamaArgs: ['--warmup'] },
    { ...now, title: "without llama.cpp's warm-up", llamaArgs: ['--no-warmup'] },
    { ...now, title: 'without fitting (-fit off)', llamaArgs: ['-fit', 'off'] },
  ];
  for (const { name, program, args } of PACKERS) {
    const run = await execa(program, args, {
      inputFile: own.initramfs,
      encoding: 'buffer',
      reject: false,
    });
    if (run.failed) continue;
    const initrd = `${packed}.${name}`;
    await writeFile(initrd, run.stdout);
    others.push({ ...now, title: `initramfs packed with ${name}`, initrd });
  }
  if (arch === 'x86_64') {
    others.push({ ...now, title: 'bzImage', kernel: own.uefiKernel });
    others.push({ ...now, title: 'microvm', changed: onMicrovm });
  }
  return [...main, ...others];
}

async function guest(
  arch: Architecture,
  folder: string,
  kernel: 'zosia' | 'debian',
): Promise<ReturnType<typeof guestFiles>> {
  const command = ['image', 'initramfs', '--arch', arch, '--kernel', kernel, '--out', folder];
  const { exitCode, stderr } = await zosia(command);
  if (exitCode !== 0) throw new Error(stderr);
  return guestFiles(folder, arch);
}
