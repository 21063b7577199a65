import { escapeName } from '../formats/escaped-name.js';
import type { ImageNode, ImageTree, NodeType } from './node.js';
import { sortedNames, walkTree } from './walk.js';

/** A line of a listing. */
export interface ListedFile {
  /** Printable: see `escapeName`. Absolute when listing everything below, else a name. */
  readonly path: string;
  readonly type: NodeType;
  /** Four octal digits: `0644`. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly linkCount: number;
  /** ISO 8601, in UTC. */
  readonly modified: string;
  /** Of symlinks; printable. */
  readonly target?: string | undefined;
  readonly device?: { readonly major: number; readonly minor: number } | undefined;
}

/**
 * Lists a directory, or a file by itself, in the order of the names' bytes. `recursive`: everything
 * below it, too, with paths from the root.
 *
 * @throws ZosiaError when there is no such path, or the image is damaged
 */
export async function* listFiles(
  tree: ImageTree,
  path: string,
  recursive: boolean,
): AsyncGenerator<ListedFile, void, undefined> {
  const node = await directoryOrItself(tree, path);
  if (node.type !== 'directory') {
    yield await listed(path, node);
  } else if (recursive) {
    const prefix = `/${path}`.replace(/\/+/g, '/').replace(/\/$/, '');
    for await (const { names, node: below } of walkTree(tree, node)) {
      if (names.length > 0) yield await listed(`${prefix}/${names.join('/')}`, below);
    }
  } else {
    for (const { name, node: child } of await sortedNames(node)) yield await listed(name, child);
  }
}

/** A symlink is followed only if it leads to a directory. */
async function directoryOrItself(tree: ImageTree, path: string): Promise<ImageNode> {
  const node = await tree.lookUp(path, false);
  if (node.type !== 'symlink') return node;
  const followed = await tree.lookUp(path, true).catch(() => node);
  return followed.type === 'directory' ? followed : node;
}

async function listed(path: string, node: ImageNode): Promise<ListedFile> {
  const { type, uid, gid, sizeBytes, linkCount, mtime, device } = node;
  return {
    path,
    type,
    mode: node.mode.toString(8).padStart(4, '0'),
    uid,
    gid,
    sizeBytes,
    linkCount,
    modified: isoTime(mtime.seconds),
    target: type === 'symlink' ? escapeName(await node.readLink()) : undefined,
    device,
  };
}

/** Seconds since 1970 as ISO 8601, to the second. */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}
