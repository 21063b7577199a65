/** Tests that build anew what the repository has built: the guests' programs, and what zosia-tiny was taught. */
export const REBUILDING: readonly string[] = [
  'test/toolchain/efi.test.ts',
  'test/toolchain/guest.test.ts',
  'test/train/corpus.test.ts',
  'test/train/shipped.test.ts',
];
