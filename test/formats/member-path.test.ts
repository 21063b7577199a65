import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memberPath, parentPath } from '../../src/formats/member-path.js';

describe('memberPath', () => {
  it.each([
    ['usr/bin/x', '/usr/bin/x'],
    ['./usr/bin/x', '/usr/bin/x'],
    ['/usr/bin/x', '/usr/bin/x'],
    ['usr//bin/./x/', '/usr/bin/x'],
    ['.', '/'],
    ['./', '/'],
    ['/', '/'],
    ['..x/x..', '/..x/x..'],
    ['', undefined],
    ['..', undefined],
    ['a/..', undefined],
    ['/../a', undefined],
    ['a\0b', undefined],
  ])('normalises %j to %j', (name, path) => {
    expect(memberPath(name)).toBe(path);
  });

  it('never leaves the root, and changes nothing the second time', () => {
    const part = fc.oneof(fc.constantFrom('.', '..', '', '\0'), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const path = memberPath(parts.join('/'));
        if (path === undefined) return;
        expect(memberPath(path)).toBe(path);
        for (const component of path.slice(1).split('/')) {
          expect(['.', '..']).not.toContain(component);
        }
        expect(path).toMatch(/^\/$|^(\/[^/]+)+$/);
      }),
    );
  });
});

describe('parentPath', () => {
  it.each([
    ['/a/b', '/a'],
    ['/a', '/'],
    ['/', '/'],
  ])('returns the parent of %s: %s', (path, parent) => {
    expect(parentPath(path)).toBe(parent);
  });
});
