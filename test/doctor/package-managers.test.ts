import { describe, expect, it } from 'vitest';
import {
  hostPackages,
  installCommand,
  managerOf,
  packagesFor,
} from '../../src/doctor/package-managers.js';
import { REQUIREMENTS, requirementsFor } from '../../src/doctor/requirements.js';
import { fakeHost } from './fake-host.js';

describe('managerOf', () => {
  it.each([
    ['ID=debian\n', 'apt'],
    ['NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n', 'apt'],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', 'apt'],
    ['VERSION_ID=41\nID=fedora\n', 'dnf'],
    ["ID='rocky'\nID_LIKE='rhel centos fedora'\n", 'dnf'],
    ['ID=arch\n', 'pacman'],
    ['ID=nixos\n', undefined],
    ['ID=constructor\n', undefined],
    ['', undefined],
  ])('for %j returns %s', (osRelease, manager) => {
    expect(managerOf(osRelease)).toBe(manager);
  });
});

describe('hostPackages', () => {
  it('returns apt on Debian and brew on a Mac, when they are installed', async () => {
    expect(await hostPackages(fakeHost())).toEqual({
      manager: 'apt',
      installer: '/usr/bin/apt-get',
    });
    const mac = { platform: 'darwin', osRelease: '' } as const;
    expect(await hostPackages(fakeHost({ ...mac, programs: ['/opt/homebrew/bin/brew'] }))).toEqual({
      manager: 'brew',
      installer: '/opt/homebrew/bin/brew',
    });
    expect(await hostPackages(fakeHost({ ...mac, programs: [] }))).toEqual({
      manager: 'brew',
      installer: undefined,
    });
  });

  it('returns MacPorts without an installer on an Intel Mac, but Homebrew under Rosetta', async () => {
    const intel = { platform: 'darwin', nodeArch: 'x64', osRelease: '' } as const;
    const programs = ['/usr/local/bin/brew', '/opt/local/bin/port'];
    expect(await hostPackages(fakeHost({ ...intel, programs }))).toEqual({
      manager: 'port',
      installer: undefined,
    });
    const both = ['/usr/local/bin/brew', '/opt/homebrew/bin/brew'];
    const environment = { PATH: '/usr/local/bin:/usr/bin' };
    const translated = fakeHost({ ...intel, environment, programs: both, isTranslated: true });
    expect(await hostPackages(translated)).toEqual({
      manager: 'brew',
      installer: '/opt/homebrew/bin/brew',
    });
  });

  it('returns no installer for other package managers', async () => {
    const fedora = fakeHost({ osRelease: 'ID=fedora\n', programs: ['/usr/bin/dnf'] });
    expect(await hostPackages(fedora)).toEqual({ manager: 'dnf', installer: undefined });
  });
});

describe('packagesFor', () => {
  it('names each package once, in order', () => {
    expect(packagesFor(REQUIREMENTS, 'apt')).toEqual([
      'bc',
      'binutils',
      'bison',
      'btrfs-progs',
      'busybox-static',
      'chromium',
      'clang',
      'clang-format',
      'cmake',
      'cpio',
      'debootstrap',
      'docker-registry',
      'docker.io',
      'dosfstools',
      'dpkg',
      'e2fsprogs',
      'fdisk',
      'flex',
      'g++',
      'g++-aarch64-linux-gnu',
      'gdisk',
      'git',
      'libarchive-tools',
      'libclang-rt-dev',
      'libelf-dev',
      'lld',
      'llvm',
      'lz4',
      'make',
      'mtools',
      'ninja-build',
      'ovmf',
      'qemu-efi-aarch64',
      'qemu-system-arm',
      'qemu-system-x86',
      'qemu-utils',
      'xfsprogs',
      'xz-utils',
      'zstd',
    ]);
    expect(packagesFor(requirementsFor('test', 'aarch64', 'linux').slice(0, 5), 'brew')).toEqual([
      'qemu',
    ]);
  });

  it('guesses the names on an unknown system', () => {
    expect(packagesFor(requirementsFor('efi', 'aarch64', 'linux'), undefined)).toEqual([
      'qemu-efi-aarch64',
      'qemu-system-aarch64',
    ]);
  });
});

describe('installCommand', () => {
  it.each([
    ['apt', 'apt-get update && apt-get install -y --no-install-recommends a b'],
    ['brew', 'brew install a b'],
    ['dnf', 'dnf install a b'],
    ['pacman', 'pacman -S a b'],
    ['port', 'port install a b'],
  ] as const)('is for %s "%s"', (manager, command) => {
    expect(installCommand(['a', 'b'], manager, true)).toBe(command);
  });

  it('puts sudo before each command for a user who is not root', () => {
    expect(installCommand(['a'], 'apt', false)).toBe(
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends a',
    );
    expect(installCommand(['a'], 'brew', false)).toBe('brew install a');
  });
});
