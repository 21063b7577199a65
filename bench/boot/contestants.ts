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
  /** Has its model disk as a VMDK, too. */
  readonly isLastRelease?: boolean;
  /** Makes QEMU's arguments of what they are today. */
  readonly changed?: (args: readonly string[]) => readonly string[];
  /** Arguments of llama-cli. */
  readonly llamaArgs?: readonly string[];
}

/** What the machine of the last release had not: random numbers of the host's, and these words for the kernel. */
const NEWER_DEVICES = ['rng-builtin,id=random', 'virtio-rng-pci,rng=random'];
const NEWER_WORDS = / (?:lpj=\d+|random\.trust_cpu=1)/g;

/** What llama.cpp did by itself, and no longer does. */
const ONCE_DEFAULT = ['--warmup', '-fit', 'on'];

function asLastRelease(args: readonly string[]): readonly string[] {
  const isNewer = (arg?: string): boolean => arg !== undefined && NEWER_DEVICES.includes(arg);
  const usual = withSeaBios(args);
  const left = usual
    .filter((arg, at) => !isNewer(arg) && !isNewer(usual[at + 1]))
    .map((arg) => arg.replace(NEWER_WORDS, ''));
  if (left.length !== usual.length - 2 * NEWER_DEVICES.length) {
    throw new Error('the machine has other devices than those that the last release is to lack');
  }
  return left;
}

/** QEMU's usual BIOS starts the kernel, where another one does. */
function withSeaBios(args: readonly string[]): readonly string[] {
  const at = args.indexOf('-bios');
  return at < 0 ? args : args.toSpliced(at, 2);
}

/** The same machine on QEMU's microvm, whose devices lie in memory instead of on PCI. */
function onMicrovm(args: readonly string[]): readonly string[] {
  const usual = withSeaBios(args);
  return usual
    .with(usual.indexOf('-machine') + 1, 'microvm,acpi=on,rtc=on')
    .map((each) => each.replace(/^(virtio-(?:blk|rng))-pci/, '$1-device'));
}

/** The kernel gives huge pages to whoever has room for one, not only to who asks. */
function withHugePages(args: readonly string[]): readonly string[] {
  const at = args.indexOf('-append') + 1;
  return args.with(at, `${args[at]!} transparent_hugepage=always`);
}

/** The compression level of the last release's initramfs. */
const GZIP_LEVEL = 6;

/** Other ways to compress the initramfs, as the kernel takes them. */
const COMPRESSORS = [
  { name: 'zstd', program: 'zstd', args: ['-19', '-c', '-q'] },
  { name: 'lz4', program: 'lz4', args: ['-l', '-9', '-c', '-q'] },
] as const;

/**
 * Makes the guests of an architecture: the way of the last release first, which the others are compared with
 * (Debian's kernel as it is packaged, an initramfs compressed with gzip), then today's.
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
    {
      title: 'last release',
      kernel: debian.uefiKernel,
      initrd: gzipped,
      isLastRelease: true,
      changed: asLastRelease,
      llamaArgs: ONCE_DEFAULT,
    },
    now,
    { title: "today, Debian's kernel", kernel: debian.kernel, initrd: debian.initramfs },
  ];
  if (!isWide) return main;
  const plain = join(folder, arch, 'zosia.cpio');
  const zipped = `${plain}.gz`;
  await writeFile(zipped, await gzip(createReadStream(own.initramfs), { level: GZIP_LEVEL }));
  const others: Contestant[] = [
    { ...now, title: 'initramfs compressed with gzip', initrd: zipped },
    { ...now, title: "llama.cpp's warm-up", llamaArgs: ['--warmup'] },
    { ...now, title: 'llama.cpp fits its settings', llamaArgs: ['-fit', 'on'] },
    { ...now, title: 'huge pages for all memory', changed: withHugePages },
  ];
  for (const { name, program, args } of COMPRESSORS) {
    const run = await execa(program, args, {
      inputFile: own.initramfs,
      encoding: 'buffer',
      reject: false,
    });
    if (run.failed) continue;
    const initrd = `${plain}.${name}`;
    await writeFile(initrd, run.stdout);
    others.push({ ...now, title: `initramfs compressed with ${name}`, initrd });
  }
  if (arch === 'x86_64') {
    others.push({ ...now, title: 'bzImage', kernel: own.uefiKernel });
    others.push({ ...now, title: 'SeaBIOS', changed: withSeaBios });
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
