import { describe, expect, it } from 'vitest';
import { findRequired } from '../../src/doctor/find-required.js';
import { homebrewPrefixes, searchFolders } from '../../src/doctor/programs.js';
import { nameOf } from '../../src/doctor/requirement.js';
import { REQUIREMENTS, requirementsFor } from '../../src/doctor/requirements.js';
import type { RequiredProgram, Requirement } from '../../src/doctor/requirement.js';
import { fakeHost } from './fake-host.js';
import { folders } from '../../src/cli/environment.js';

const requirement = (program: string): RequiredProgram =>
  REQUIREMENTS.find(
    (item): item is RequiredProgram => 'programs' in item && item.programs.includes(program),
  )!;

const namesOf = (requirements: readonly Requirement[]): string[] => requirements.map(nameOf);

describe('requirementsFor', () => {
  it('returns only the QEMU of its architecture for running a guest', () => {
    expect(namesOf(requirementsFor('up', 'aarch64', 'linux'))).toEqual(['qemu-system-aarch64']);
    expect(namesOf(requirementsFor('up', 'x86_64', 'linux'))).toEqual(['qemu-system-x86_64']);
  });

  it('returns everything for tests on Linux, on any architecture', () => {
    // These unpack and pack what tests read, too.
    const packers = ['xz', 'lz4'];
    const ofKernels = ['llvm-objcopy', 'make', 'flex', 'bison', 'bc', ...packers, 'libelf'];
    const ofLlama = ['cmake', 'ninja', 'git'];
    const compilers = ['aarch64-linux-gnu-g++', 'x86_64-linux-gnu-g++'];
    const ofToolchains = [...ofKernels, 'dockerd', 'debootstrap'];
    const names = namesOf(REQUIREMENTS).filter(
      (name) =>
        packers.includes(name) || ![...ofToolchains, ...ofLlama, ...compilers].includes(name),
    );
    expect(namesOf(requirementsFor('toolchain', 'x86_64', 'linux'))).toEqual([
      'clang',
      'ld.lld',
      ...ofToolchains,
      ...compilers,
      ...ofLlama,
    ]);
    expect(namesOf(requirementsFor('test', 'x86_64', 'linux'))).toEqual(names);
    expect(namesOf(requirementsFor('kernel', 'x86_64', 'linux'))).toEqual([
      'clang',
      'ld.lld',
      ...ofKernels,
    ]);
    expect(namesOf(requirementsFor('kernel', 'aarch64', 'linux'))).not.toContain('libelf');
    expect(namesOf(requirementsFor('llama', 'x86_64', 'linux'))).toEqual([
      'x86_64-linux-gnu-g++',
      ...ofLlama,
    ]);
  });

  it('returns no Linux program on macOS', () => {
    const names = namesOf(requirementsFor('test', 'aarch64', 'darwin'));
    expect(names).toContain('sgdisk');
    for (const name of ['sfdisk', 'fdisk', 'mkfs.btrfs', 'mkfs.xfs']) {
      expect(names).not.toContain(name);
    }
  });

  it('returns a compiler and a linker for building', () => {
    expect(namesOf(requirementsFor('build', 'x86_64', 'linux'))).toEqual(['clang', 'ld.lld']);
  });

  it('returns firmware, too, for the EFI machine', () => {
    expect(namesOf(requirementsFor('efi', 'aarch64', 'linux'))).toEqual([
      'qemu-system-aarch64',
      'qemu-efi-aarch64',
    ]);
    expect(namesOf(requirementsFor('efi', 'x86_64', 'linux'))).toEqual([
      'qemu-system-x86_64',
      'ovmf',
    ]);
  });

  it('returns each program once', () => {
    const programs = REQUIREMENTS.flatMap((item) => ('programs' in item ? item.programs : []));
    expect(new Set(programs).size).toBe(programs.length);
  });
});

describe('homebrewPrefixes', () => {
  it('starts with the one of the environment', () => {
    expect(homebrewPrefixes('/brew')[0]).toBe('/brew');
    expect(homebrewPrefixes('/usr/local')).toEqual([
      '/usr/local',
      '/opt/homebrew',
      '/home/linuxbrew/.linuxbrew',
    ]);
    expect(homebrewPrefixes(undefined)[0]).toBe('/opt/homebrew');
  });
});

describe('searchFolders', () => {
  it('starts with the PATH, without its relative and empty parts', () => {
    const host = {
      platform: 'linux',
      folders: folders({ PATH: 'bin::/a/:/usr/bin:/a:.' }),
    } as const;
    expect(searchFolders({}, host).slice(0, 2)).toEqual(['/a', '/usr/bin']);
  });

  it("leaves out macOS's own compiler", () => {
    const host = { platform: 'darwin', folders: folders({ PATH: '/usr/bin:/mine' }) } as const;
    expect(searchFolders(requirement('clang'), host)).not.toContain('/usr/bin');
    expect(searchFolders(requirement('clang'), host)[0]).toBe('/mine');
    expect(searchFolders(requirement('cpio'), host)).toContain('/usr/bin');
  });
});

describe('findRequired', () => {
  it('returns the first program on the PATH', async () => {
    const host = fakeHost({
      environment: { PATH: '/one:/two' },
      programs: ['/two/cpio', '/one/cpio', '/usr/bin/cpio'],
    });
    expect(await findRequired(requirement('cpio'), host)).toBe('/one/cpio');
  });

  it.each([
    ['linux', 'e2fsck', '/usr/sbin/e2fsck'],
    ['linux', 'readelf', '/usr/bin/llvm-readelf'],
    ['linux', 'qemu-img', '/home/linuxbrew/.linuxbrew/bin/qemu-img'],
    ['darwin', 'e2fsck', '/opt/homebrew/opt/e2fsprogs/sbin/e2fsck'],
    ['darwin', 'clang', '/usr/local/opt/llvm/bin/clang'],
    ['darwin', 'ld.lld', '/opt/homebrew/opt/lld/bin/ld.lld'],
    ['darwin', 'bsdtar', '/usr/bin/bsdtar'],
    ['darwin', 'qemu-img', '/opt/local/bin/qemu-img'],
  ] as const)('returns on %s %s at %s', async (platform, program, path) => {
    const host = fakeHost({ platform, programs: [path] });
    expect(await findRequired(requirement(program), host)).toBe(path);
  });

  it('prefers programs for Apple silicon under Rosetta, whatever comes first on the PATH', async () => {
    const qemu = requirement('qemu-system-aarch64');
    const programs = ['/usr/local', '/opt/homebrew'].map(
      (prefix) => `${prefix}/bin/qemu-system-aarch64`,
    );
    const mac = {
      platform: 'darwin' as const,
      programs,
      environment: { PATH: '/usr/local/bin' },
    };
    expect(await findRequired(qemu, fakeHost(mac))).toBe(programs[0]);
    expect(await findRequired(qemu, fakeHost({ ...mac, isTranslated: true }))).toBe(programs[1]);
  });

  it('finds firmware beside a QEMU of Homebrew', async () => {
    const share = '/opt/homebrew/share/qemu';
    const host = fakeHost({
      platform: 'darwin',
      programs: ['/opt/homebrew/bin/qemu-system-aarch64'],
      files: { [`${share}/edk2-aarch64-code.fd`]: '', [`${share}/edk2-arm-vars.fd`]: '' },
    });
    const firmware = REQUIREMENTS.find((item) => nameOf(item) === 'qemu-efi-aarch64')!;
    expect(await findRequired(firmware, host)).toBe(`${share}/edk2-aarch64-code.fd`);
    expect(await findRequired(firmware, fakeHost())).toBeUndefined();
  });

  it('finds the headers that kernels for x86_64 want where compilers look for them', async () => {
    const libelf = REQUIREMENTS.find((item) => nameOf(item) === 'libelf')!;
    const path = '/usr/include/gelf.h';
    expect(await findRequired(libelf, fakeHost({ files: { [path]: '' } }))).toBe(path);
    const elsewhere = fakeHost({ files: { '/opt/include/gelf.h': '' } });
    expect(await findRequired(libelf, elsewhere)).toBeUndefined();
  });

  it('finds the headers of libFuzzer beside those of any clang', async () => {
    const fuzzer = REQUIREMENTS.find((item) => nameOf(item) === 'libFuzzer')!;
    const header = 'fuzzer/FuzzedDataProvider.h';
    for (const folder of ['/usr/lib/llvm-14/lib/clang/14.0.6', '/usr/lib/clang/20']) {
      const path = `${folder}/include/${header}`;
      const files = { '/usr/lib/llvm-14/lib/libLLVM.so': '', [path]: '' };
      expect(await findRequired(fuzzer, fakeHost({ files }))).toBe(path);
    }
    const elsewhere = fakeHost({ files: { [`/usr/lib/llvm-14/include/${header}`]: '' } });
    expect(await findRequired(fuzzer, elsewhere)).toBeUndefined();
  });

  it('returns undefined when a program is nowhere', async () => {
    expect(await findRequired(requirement('clang'), fakeHost())).toBeUndefined();
    const mac = fakeHost({ platform: 'darwin', programs: ['/usr/bin/clang'] });
    expect(await findRequired(requirement('clang'), mac)).toBeUndefined();
  });
});
