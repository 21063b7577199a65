import { everywhere } from './requirement.js';
import type { Requirement } from './requirement.js';

const E2FSPROGS = {
  purposes: ['test'],
  packages: everywhere('e2fsprogs'),
  kegs: ['e2fsprogs/sbin'],
} as const;

/** Linux's own: macOS has an fdisk that is another program, and no sfdisk. */
const UTIL_LINUX = {
  purposes: ['test'],
  platform: 'linux',
  packages: { ...everywhere('util-linux'), apt: 'fdisk' },
} as const;

/** What tests ask for a second opinion. */
export const TEST_REQUIREMENTS: readonly Requirement[] = [
  {
    programs: ['clang-format'],
    use: 'checks the style of guest programs',
    purposes: ['test'],
    packages: {
      apt: 'clang-format',
      brew: 'llvm',
      dnf: 'clang-tools-extra',
      pacman: 'clang',
      port: 'clang-20',
    },
    kegs: ['llvm/bin'],
  },
  {
    library: 'libFuzzer',
    header: 'fuzzer/FuzzedDataProvider.h',
    // Beside clang's own headers: of Debian's LLVM, and of those that have one LLVM only.
    folders: ['/usr/lib/llvm-*/lib/clang/*/include', '/usr/lib/clang/*/include'],
    use: "clang's sanitizers, and libFuzzer: tests of guest programs",
    purposes: ['test'],
    platform: 'linux',
    packages: {
      ...everywhere('compiler-rt'),
      apt: 'libclang-rt-dev',
      brew: 'llvm',
      port: 'clang-20',
    },
  },
  { programs: ['e2fsck'], use: 'checks ext4 images', ...E2FSPROGS },
  { programs: ['debugfs'], use: 'reads ext4 images', ...E2FSPROGS },
  { programs: ['mke2fs'], use: 'makes ext4 images to compare with', ...E2FSPROGS },
  {
    programs: ['cpio'],
    use: 'reads initramfs archives',
    purposes: ['test'],
    packages: everywhere('cpio'),
    kegs: ['cpio/bin'],
  },
  {
    programs: ['bsdtar'],
    use: 'reads initramfs archives',
    purposes: ['test'],
    packages: { ...everywhere('libarchive'), apt: 'libarchive-tools', dnf: 'bsdtar' },
    kegs: ['libarchive/bin'],
  },
  {
    programs: ['zstd'],
    use: 'packs initramfs archives',
    purposes: ['test'],
    packages: everywhere('zstd'),
  },
  {
    programs: ['busybox'],
    use: 'stands in for the programs of a Buildroot',
    purposes: ['test'],
    platform: 'linux',
    packages: { ...everywhere('busybox'), apt: 'busybox-static' },
  },
  {
    programs: ['mcopy'],
    use: 'reads FAT images',
    purposes: ['test'],
    packages: everywhere('mtools'),
  },
  {
    programs: ['fsck.fat'],
    use: 'checks FAT images',
    purposes: ['test'],
    packages: everywhere('dosfstools'),
    kegs: ['dosfstools/sbin'],
  },
  {
    programs: ['sgdisk'],
    use: 'checks partition tables',
    purposes: ['test'],
    packages: { ...everywhere('gptfdisk'), apt: 'gdisk', dnf: 'gdisk' },
    kegs: ['gptfdisk/sbin', 'gptfdisk/bin'],
  },
  { programs: ['sfdisk'], use: 'makes partition tables to compare with', ...UTIL_LINUX },
  { programs: ['fdisk'], use: 'makes partition tables to compare with', ...UTIL_LINUX },
  {
    programs: ['mkfs.btrfs'],
    use: 'makes file systems that clone files',
    purposes: ['test'],
    platform: 'linux',
    packages: everywhere('btrfs-progs'),
  },
  {
    programs: ['mkfs.xfs'],
    use: 'makes file systems that clone files',
    purposes: ['test'],
    platform: 'linux',
    packages: everywhere('xfsprogs'),
  },
  {
    programs: ['dpkg-deb'],
    use: 'reads Debian packages',
    purposes: ['test'],
    packages: everywhere('dpkg'),
  },
  {
    programs: ['docker-registry'],
    use: 'is a registry that models are pulled from',
    purposes: ['test'],
    platform: 'linux',
    packages: { ...everywhere('docker-distribution'), apt: 'docker-registry' },
  },
  {
    programs: ['chromium', 'chromium-browser', 'google-chrome'],
    use: 'opens pages',
    purposes: ['test'],
    platform: 'linux',
    packages: everywhere('chromium'),
  },
  {
    programs: ['readelf', 'llvm-readelf'],
    use: 'reads guest programs',
    purposes: ['test'],
    packages: everywhere('binutils'),
    kegs: ['binutils/bin', 'llvm/bin'],
  },
];
