import { everywhere } from './requirement.js';
import type { Needed, Requirement } from './requirement.js';

/** GCC under its name for cross compilation: Debian's native one has that name, too. */
const GXX = {
  use: 'compiles llama.cpp',
  purposes: ['llama', 'toolchain'],
  platform: 'linux',
} as const;
const gxxPackages = (debianName: string, isNative: boolean): Needed['packages'] => ({
  ...everywhere(`${debianName}-linux-gnu-gcc`),
  apt: isNative ? 'g++' : `g++-${debianName}-linux-gnu`,
  dnf: `gcc-c++-${debianName}-linux-gnu`,
});

/** What compiles guest programs, kernels and llama.cpp, and the tests of that. */
export const COMPILER_REQUIREMENTS: readonly Requirement[] = [
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
    purposes: ['test', 'kernel', 'toolchain'],
    packages: { ...everywhere('xz'), apt: 'xz-utils', port: 'xz' },
  },
  {
    programs: ['lz4'],
    use: 'packs kernels for x86_64',
    purposes: ['test', 'kernel', 'toolchain'],
    packages: everywhere('lz4'),
  },
  {
    library: 'libelf',
    // What src/toolchain/kernel/preflight.ts asks clang for.
    header: 'gelf.h',
    use: 'headers: objtool reads kernels for x86_64',
    purposes: ['kernel', 'toolchain'],
    guest: 'x86_64',
    // Kernels are built on Linux alone.
    platform: 'linux',
    packages: {
      ...everywhere('libelf'),
      apt: 'libelf-dev',
      brew: 'elfutils',
      dnf: 'elfutils-libelf-devel',
    },
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
    purposes: ['llama', 'toolchain'],
    packages: everywhere('cmake'),
  },
  {
    programs: ['ninja'],
    use: 'builds llama.cpp',
    purposes: ['llama', 'toolchain'],
    packages: { ...everywhere('ninja'), apt: 'ninja-build', dnf: 'ninja-build' },
  },
  {
    programs: ['git'],
    use: 'brings the source of llama.cpp',
    purposes: ['llama', 'toolchain'],
    packages: everywhere('git'),
  },
];
