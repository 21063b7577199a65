/** Tests that build anew what the repository has built: the guests' programs, and what zosia-tiny was taught. */
export const REBUILDING: readonly string[] = [
  'test/toolchain/efi.test.ts',
  'test/toolchain/guest.test.ts',
  'zosia-tiny/test/corpus.test.ts',
  'zosia-tiny/test/shipped.test.ts',
];
