import { describe, expect, it } from 'vitest';
import { hostToolFolders } from '../../../src/toolchain/host/tool-folders.js';

describe('hostToolFolders', () => {
  it('has the compilers of Homebrew before those on the PATH, and every folder once', () => {
    const kegs = ['/keg/llvm/bin', '/keg/lld/bin'];
    expect(hostToolFolders(['/usr/bin', '/keg/lld/bin', '/usr/bin'], kegs)).toEqual([
      '/keg/llvm/bin',
      '/keg/lld/bin',
      '/usr/bin',
    ]);
    expect(hostToolFolders([])[0]).toBe('/opt/homebrew/opt/llvm/bin');
  });
});
