/**
 * Where Homebrew keeps its llvm and lld. They come before the PATH, where a Mac has Apple's clang, which
 * has no lld of its version beside it; other hosts have no such folders.
 */
const HOMEBREW_KEGS = ['/opt/homebrew/opt', '/usr/local/opt'].flatMap((prefix) => [
  `${prefix}/llvm/bin`,
  `${prefix}/lld/bin`,
]);

/** The folders in which compilers are looked for on a host, first to last, each once. */
export const hostToolFolders = (
  searchPath: readonly string[],
  kegs: readonly string[] = HOMEBREW_KEGS,
): string[] => [...new Set([...kegs, ...searchPath])];
