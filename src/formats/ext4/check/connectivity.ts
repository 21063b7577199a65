import { ROOT_INODE } from '../layout/superblock.js';
import { MAX_LINKS } from '../layout/inode.js';
import type { CheckContext } from './context.js';

/** Checks that every directory hangs on the root, and that its entry `..` leads to its parent. */
export function checkConnectivity({ inodes, findings }: CheckContext): void {
  // Directories known to hang on the root.
  const connected = new Set([ROOT_INODE]);
  for (const directory of inodes.directories()) {
    const { number, parent, dotDot } = directory;
    const where = `directory ${number}`;
    findings.expect(
      parent === dotDot || parent === 0 || dotDot === 0,
      'directory-dot-dot',
      where,
      `its entry .. leads to ${dotDot}, its parent is ${parent}`,
    );
    const way: number[] = [];
    const onWay = new Set<number>();
    let current = number;
    while (current !== 0 && !connected.has(current) && !onWay.has(current)) {
      way.push(current);
      onWay.add(current);
      current = inodes.directory(current)?.parent ?? 0;
    }
    if (connected.has(current)) for (const step of way) connected.add(step);
    else findings.add('directory-unconnected', where, 'no way leads to it from the root');
  }
}

/** Checks that inodes have as many names as they say. */
export function checkLinkCounts({ inodes, findings, superblock }: CheckContext): void {
  for (const { number, type, linkCount, referenceCount } of inodes.all()) {
    if (inodes.isHidden(number)) continue;
    const where = `inode ${number}`;
    if (referenceCount === 0) {
      if (linkCount > 0) findings.add('inode-unconnected', where, 'it is in use but has no name');
      continue;
    }
    // A directory with more subdirectories than can be counted says 1.
    const isUncounted =
      type === 'directory' &&
      linkCount === 1 &&
      referenceCount >= MAX_LINKS &&
      superblock.features.has('dir_nlink');
    findings.expect(
      linkCount === referenceCount || isUncounted,
      'inode-links',
      where,
      `it says that it has ${linkCount} links, there are ${referenceCount}`,
    );
  }
}
