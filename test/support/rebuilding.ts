/**
 * Tests that build anew what the repository has built: the guests' programs, and what zosia-tiny was taught.
 * With them the style of C, which wants the same LLVM, and what Kconfig makes of a fragment that no kernel of
 * ours has, which wants the kernel's source; and what runs in the newest Node.js, which is not installed.
 */
export const REBUILDING: readonly string[] = [
  'test/toolchain/c-style.test.ts',
  'test/toolchain/docker/rebuild.test.ts',
  'test/toolchain/efi.test.ts',
  'test/toolchain/guest.test.ts',
  'test/toolchain/kernel/configure.test.ts',
  'test/toolchain/kernel/rebuild.test.ts',
  'test/toolchain/llama/rebuild.test.ts',
  'test/toolchain/newest-node.test.ts',
  'test/toolchain/other-compilers.test.ts',
  'zosia-tiny/test/corpus.test.ts',
  'zosia-tiny/test/shipped.test.ts',
];
