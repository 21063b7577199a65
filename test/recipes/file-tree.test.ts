import { describe, expect, it } from 'vitest';
import type { DebEntry } from '../../src/formats/deb/deb.js';
import { FileTree } from '../../src/recipes/file-tree.js';

const file = (path: string): DebEntry => ({
  path,
  type: 'file',
  mode: 0o644,
  sizeBytes: 1,
  bytes: new Uint8Array(1),
});
const link = (path: string, target: string): DebEntry => ({
  path,
  type: 'symlink',
  mode: 0o777,
  sizeBytes: 0,
  target,
});

function tree(...entries: DebEntry[]): FileTree {
  const made = new FileTree();
  for (const entry of entries) made.add(entry);
  return made;
}

describe('FileTree', () => {
  it('finds a file in /lib under /usr/lib and vice versa', () => {
    expect(tree(file('/lib/a.so')).follow('/usr/lib/a.so')?.path).toBe('/usr/lib/a.so');
    expect(tree(file('/usr/lib/a.so')).follow('/lib/a.so')?.path).toBe('/usr/lib/a.so');
    expect(tree(file('/library/a.so')).follow('/usr/library/a.so')).toBeUndefined();
  });

  it('follows relative, absolute and repeated links, and returns their paths', () => {
    const made = tree(
      file('/usr/lib/t/ld.so'),
      link('/usr/lib64/ld.so', '../lib/./t/ld.so'),
      link('/opt/ld', '/lib64/ld.so'),
    );
    const found = made.follow('/opt/ld');
    expect(found?.path).toBe('/usr/lib/t/ld.so');
    expect(found?.via).toEqual(['/opt/ld', '/usr/lib64/ld.so']);
  });

  it('keeps links inside the root', () => {
    expect(tree(file('/etc/x'), link('/a', '../../../etc/x')).follow('/a')?.path).toBe('/etc/x');
  });

  it('returns undefined for circular links and missing files', () => {
    expect(tree(link('/a', 'b'), link('/b', 'a')).follow('/a')).toBeUndefined();
    expect(tree(link('/a', 'nothing')).follow('/a')).toBeUndefined();
    expect(tree().follow('/a')).toBeUndefined();
  });

  it('lists the paths below a folder in byte order', () => {
    const made = tree(file('/usr/lib/b'), file('/lib/a'), file('/usr/libexec/c'));
    expect(made.list('/usr/lib')).toEqual(['/usr/lib/a', '/usr/lib/b']);
  });
});
