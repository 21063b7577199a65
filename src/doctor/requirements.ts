import type { Architecture } from '../artifacts/architectures.js';

/**
 * What a host is to be used for: running a Linux guest, the EFI machine, the tests, compiling guest
 * programs, kernels or llama.cpp, or the tests that compile all of it, in Docker, too.
 */
export type Purpose = 'up' | 'efi' | 'test' | 'build' | 'kernel' | 'llama' | 'toolchain';
export const PURPOSES: readonly Purpose[] = [
  'up',
  'efi',
  'test',
  'build',
  'kernel',
  'llama',
  'toolchain',
];

/** Package managers whose names for things are known here. */
export type PackageManager = 'apt' | 'brew' | 'dnf' | 'pacman' | 'port';

interface Needed {
  /** What it is for, in a few words. */
  readonly use: string;
  readonly purposes: readonly Purpose[];
  /** Set if running a guest needs it only for guests of this architecture. */
  readonly guest?: Architecture | undefined;
  /** Set if there is nothing of the kind for other systems than this one. */
  readonly platform?: NodeJS.Platform | undefined;
  readonly packages: Readonly<Record<PackageManager, string>>;
}

/** A program that zosia or its tests run. */
export interface RequiredProgram extends Needed {
  /** Its name; other names under which it does the same job come after. */
  readonly programs: readonly [string, ...string[]];
  /** Homebrew's formulae that keep it out of the PATH, with the folder inside: `e2fsprogs/sbin`. */
  readonly kegs?: readonly string[] | undefined;
  /** Set if the copy that macOS has is of no use, so that only Homebrew's counts there. */
  readonly notFromMacos?: true | undefined;
}

/** Firmware that QEMU is given. */
export interface RequiredFirmware extends Needed {
  readonly firmware: string;
  readonly guest: Architecture;
}

export type Requirement = RequiredProgram | RequiredFirmware;

/** What a requirement is called. */
export function nameOf(requirement: Requirement): string {
  return 'firmware' in requirement ? requirement.firmware : requirement.programs[0];
}

const everywhere = (name: string): Needed['packages'] => ({
  apt: name,
  brew: name,
  dnf: name,
  pacman: name,
  port: name,
});

/** MacPorts builds QEMU for the targets that are asked for. */
const QEMU_PORT = 'qemu +target_arm +target_x86_64';

const E2FSPROGS = {
  purposes: ['test'],
  packages: everywhere('e2fsprogs'),
  kegs: ['e2fsprogs/sbin'],
} as const;

/** GCC under its name for cross compilation: Debian's native one has that name, too. */
const GXX = { use: 'compiles llama.cpp', purposes: ['llama'], platform: 'linux' } as const;
const gxxPackages = (debianName: string, isNative: boolean): Needed['packages'] => ({
  ...everywhere(`${debianName}-linux-gnu-gcc`),
  apt: isNative ? 'g++' : `g++-${debianName}-linux-gnu`,
  dnf: `gcc-c++-${debianName}-linux-gnu`,
});

/** Linux's own: macOS has an fdisk that is another program, and no sfdisk. */
const UTIL_LINUX = {
  purposes: ['test'],
  platform: 'linux',
  packages: { ...everywhere('util-linux'), apt: 'fdisk' },
} as const;

export const REQUIREMENTS: readonly Requirement[] = [
  {
    programs: ['qemu-system-aarch64'],
    use: 'runs aarch64 guests',
    purposes: ['up', 'efi', 'test'],
    guest: 'aarch64',
    packages: {
      apt: 'qemu-system-arm',
      brew: 'qemu',
      dnf: 'qemu-system-aarch64',
      pacman: 'qemu-system-aarch64',
      port: QEMU_PORT,
    },
  },
  {
    programs: ['qemu-system-x86_64'],
    use: 'runs x86_64 guests',
    purposes: ['up', 'efi', 'test'],
    guest: 'x86_64',
    packages: {
      apt: 'qemu-system-x86',
      brew: 'qemu',
      dnf: 'qemu-system-x86',
      pacman: 'qemu-system-x86',
      port: QEMU_PORT,
    },
  },
  {
    firmware: 'qemu-efi-aarch64',
    use: 'UEFI firmware for aarch64 machines',
    purposes: ['efi', 'test'],
    guest: 'aarch64',
    packages: {
      apt: 'qemu-efi-aarch64',
      brew: 'qemu',
      dnf: 'edk2-aarch64',
      pacman: 'edk2-aarch64',
      port: QEMU_PORT,
    },
  },
  {
    firmware: 'ovmf',
    use: 'UEFI firmware for x86_64 machines',
    purposes: ['efi', 'test'],
    guest: 'x86_64',
    packages: { ...everywhere('edk2-ovmf'), apt: 'ovmf', brew: 'qemu', port: QEMU_PORT },
  },
  {
    programs: ['qemu-img'],
    use: 'checks disk images',
    purposes: ['test'],
    packages: { ...everywhere('qemu-img'), apt: 'qemu-utils', brew: 'qemu', port: QEMU_PORT },
  },
  {
    programs: ['clang'],
    use: 'compiles guest programs',
    purposes: ['test', 'build', 'kernel', 'toolchain'],
    packages: { ...everywhere('clang'), brew: 'llvm', port: 'clang-20' },
    kegs: ['llvm/bin'],
    notFromMacos: true,
  },
  {
    programs: ['ld.lld'],
    use: 'links guest programs',
    purposes: ['test', 'build', 'kernel', 'toolchain'],
    packages: { ...everywhere('lld'), port: 'lld-20' },
    kegs: ['lld/bin', 'llvm/bin'],
  },
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
    programs: ['llvm-objcopy'],
    use: 'makes images of kernels',
    purposes: ['kernel', 'toolchain'],
    packages: { ...everywhere('llvm'), port: 'llvm-20' },
    kegs: ['llvm/bin'],
  },
  {
    programs: ['make'],
    use: 'builds kernels',
    purposes: ['kernel', 'toolchain'],
    packages: { ...everywhere('make'), port: 'gmake' },
  },
  {
    programs: ['flex'],
    use: 'builds kernels',
    purposes: ['kernel', 'toolchain'],
    packages: everywhere('flex'),
  },
  {
    programs: ['bison'],
    use: 'builds kernels',
    purposes: ['kernel', 'toolchain'],
    packages: everywhere('bison'),
    kegs: ['bison/bin'],
  },
  {
    programs: ['bc'],
    use: 'builds kernels',
    purposes: ['kernel', 'toolchain'],
    packages: everywhere('bc'),
  },
  {
    programs: ['xz'],
    use: 'unpacks the source of kernels',
    purposes: ['kernel', 'toolchain'],
    packages: { ...everywhere('xz'), apt: 'xz-utils', port: 'xz' },
  },
  {
    programs: ['dockerd'],
    use: 'runs the containers of tests',
    purposes: ['toolchain'],
    platform: 'linux',
    packages: { ...everywhere('docker'), apt: 'docker.io', dnf: 'moby-engine' },
  },
  {
    programs: ['debootstrap'],
    use: 'makes the base image of tests',
    purposes: ['toolchain'],
    platform: 'linux',
    packages: everywhere('debootstrap'),
  },
  {
    programs: ['aarch64-linux-gnu-g++'],
    guest: 'aarch64',
    packages: gxxPackages('aarch64', process.arch === 'arm64'),
    ...GXX,
  },
  {
    programs: ['x86_64-linux-gnu-g++'],
    guest: 'x86_64',
    packages: gxxPackages('x86-64', process.arch === 'x64'),
    ...GXX,
  },
  {
    programs: ['cmake'],
    use: 'builds llama.cpp',
    purposes: ['llama'],
    packages: everywhere('cmake'),
  },
  {
    programs: ['ninja'],
    use: 'builds llama.cpp',
    purposes: ['llama'],
    packages: { ...everywhere('ninja'), apt: 'ninja-build', dnf: 'ninja-build' },
  },
  {
    programs: ['git'],
    use: 'brings the source of llama.cpp',
    purposes: ['llama'],
    packages: everywhere('git'),
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

/** What a purpose needs; running a guest needs only what is for the guest's own architecture. */
export function requirementsFor(
  purpose: Purpose,
  arch: Architecture,
  host: NodeJS.Platform,
): Requirement[] {
  return REQUIREMENTS.filter(
    ({ purposes, guest, platform }) =>
      purposes.includes(purpose) &&
      (purpose === 'test' || guest === undefined || guest === arch) &&
      (platform === undefined || platform === host),
  );
}
