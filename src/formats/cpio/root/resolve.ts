import type { ByteString } from '../../byte-string.js';
import type { CpioFile } from './file.js';

/** What Linux allows along one path. */
export const MAX_SYMLINKS = 40;

/** A name in a folder: what a path leads to, there or not. */
export interface Place {
  readonly folder: CpioFile;
  /** Undefined: the path ends in `.`, `..` or the root, and `folder` itself is meant. */
  readonly name: ByteString | undefined;
  /** Whether a slash follows, so that it can only be a folder. */
  readonly isFolderName: boolean;
  /** Whether something on the way there is not made by the kernel. */
  readonly isLeftOut: boolean;
}

/**
 * Where the last name of a path lies. `..` at the root stays there, and absolute targets begin there.
 *
 * @param makeFolder makes folders that are missing on the way
 * @returns undefined when the way there is not one of folders, or leads through too many symlinks
 */
export function lastComponent(
  root: CpioFile,
  path: ByteString,
  followLast = false,
  makeFolder?: (parent: CpioFile, name: ByteString) => CpioFile,
): Place | undefined {
  if (path === '') return undefined;
  const isFolderName = path.endsWith('/');
  const pending = components(path).reverse();
  let trail: CpioFile[] = [root];
  let symlinks = 0;
  let isLeftOut = false;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '..') {
      if (trail.length > 1) trail.pop();
      continue;
    }
    const folder = trail.at(-1)!;
    const isLast = pending.length === 0;
    let next = folder.children!.get(name);
    if (!next && !isLast) next = makeFolder?.(folder, name);
    if (isLast && (next?.type !== 'symlink' || !followLast)) {
      return { folder, name, isFolderName, isLeftOut };
    }
    isLeftOut ||= next?.isLeftOut === true;
    if (next?.type === 'symlink') {
      if (++symlinks > MAX_SYMLINKS || next.target === '') return undefined;
      if (next.target!.startsWith('/')) trail = [root];
      pending.push(...components(next.target!).reverse());
      continue;
    }
    if (next?.type !== 'directory') return undefined;
    trail.push(next);
  }
  return { folder: trail.at(-1)!, name: undefined, isFolderName, isLeftOut };
}

/** What a path leads to; undefined as {@link lastComponent}, or when nothing is there. */
export function resolve(
  root: CpioFile,
  path: ByteString,
  followLast: boolean,
): CpioFile | undefined {
  const place = lastComponent(root, path === '' ? '/' : path, followLast);
  return place?.name === undefined ? place?.folder : place.folder.children!.get(place.name);
}

function components(path: ByteString): ByteString[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
