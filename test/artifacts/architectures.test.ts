import { describe, expect, it } from 'vitest';
import {
  debianArchitecture,
  hostArchitecture,
  parseArchitecture,
} from '../../src/artifacts/architectures.js';

describe('parseArchitecture', () => {
  it.each([
    ['aarch64', 'aarch64'],
    ['arm64', 'aarch64'],
    ['x86_64', 'x86_64'],
    ['X86-64', 'x86_64'],
    ['amd64', 'x86_64'],
    [' x64 ', 'x86_64'],
  ])('reads %s as %s', (text, expected) => {
    expect(parseArchitecture(text)).toBe(expected);
  });

  it.each(['', 'riscv64', 'arm', 'constructor'])('rejects "%s" with a hint', (text) => {
    expect(() => parseArchitecture(text)).toThrow(
      expect.objectContaining({
        code: 'ZOSIA_UNKNOWN_ARCH',
        hint: expect.stringContaining('aarch64'),
      }),
    );
  });
});

describe('hostArchitecture', () => {
  it('returns the architecture for the name that Node has for it', () => {
    expect(hostArchitecture('arm64')).toBe('aarch64');
    expect(hostArchitecture('x64')).toBe('x86_64');
    expect(() => hostArchitecture('ppc64')).toThrow(
      expect.objectContaining({ code: 'ZOSIA_UNKNOWN_ARCH' }),
    );
  });
});

it('debianArchitecture returns the names in the Debian archive', () => {
  expect(debianArchitecture('aarch64')).toBe('arm64');
  expect(debianArchitecture('x86_64')).toBe('amd64');
});
