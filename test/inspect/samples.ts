import { writeFile } from 'node:fs/promises';
import { openImage } from '../../src/inspect/open-image.js';
import type { ImageNode, ImageTree } from '../../src/inspect/node.js';
import { listFiles } from '../../src/inspect/list.js';
import type { ListedFile } from '../../src/inspect/list.js';
import { planCpio } from '../../src/formats/cpio/writer.js';
import type { CpioEntry } from '../../src/formats/cpio/writer.js';
import { bytesData, planExt4 } from '../../src/formats/ext4/plan.js';
import type { Ext4Entry } from '../../src/formats/ext4/plan.js';
import { planFat } from '../../src/formats/fat/plan.js';
import type { FatEntry } from '../../src/formats/fat/plan.js';
import { GPT_TYPE } from '../../src/formats/gpt/layout.js';
import { FIRST_PARTITION_OFFSET, planGpt } from '../../src/formats/gpt/plan.js';
import type { Image } from '../../src/image/image.js';
import { accessBytes } from '../../src/image/random-access.js';
import type { RandomAccess } from '../../src/image/random-access.js';
import { collect } from '../support/async.js';
import { imageBytes } from '../support/images.js';

export const file = (path: string, text: string, mode?: number): Ext4Entry => ({
  type: 'file',
  path,
  data: bytesData(Buffer.from(text)),
  ...(mode === undefined ? {} : { mode }),
});

/** A small tree with one of each type of file in it. */
export const SMALL_TREE: readonly Ext4Entry[] = [
  file('/hello', 'hello\n', 0o640),
  file('/deep/er/file', 'deep'),
  { type: 'hardlink', path: '/deep/linked', target: '/hello' },
  { type: 'symlink', path: '/to-file', target: 'deep/er/file' },
  { type: 'symlink', path: '/to-folder', target: '/deep' },
  { type: 'symlink', path: '/up', target: '../../../hello' },
  { type: 'symlink', path: '/round', target: 'round' },
  { type: 'character-device', path: '/console', major: 5, minor: 1 },
  { type: 'fifo', path: '/pipe' },
  { type: 'socket', path: '/socket' },
];

export const ext4 = (entries: readonly Ext4Entry[] = SMALL_TREE): Image =>
  planExt4(entries, { label: 'LOOK', blockSizeBytes: 1024 });

/** A disk with a GPT whose one partition is an EFI system partition. */
export function espDisk(entries: readonly FatEntry[]): Image {
  const image = planFat(entries, {
    esp: true,
    label: 'ESP',
    partitionOffsetBytes: FIRST_PARTITION_OFFSET,
  });
  return planGpt([{ image, typeGuid: GPT_TYPE.efiSystem, name: 'EFI system' }]);
}

export async function cpioBytes(entries: readonly CpioEntry[]): Promise<Uint8Array> {
  return imageBytes(planCpio(entries));
}

/** Writes bytes to a file, opens that as an image and uses its files. */
export async function withTree<T>(
  path: string,
  bytes: Uint8Array,
  use: (tree: ImageTree) => Promise<T>,
): Promise<T> {
  await writeFile(path, bytes);
  const image = await openImage(path);
  try {
    return await use(await image.tree());
  } finally {
    await image.close();
  }
}

export async function listAll(tree: ImageTree, path = '/'): Promise<ListedFile[]> {
  return collect(listFiles(tree, path, true));
}

/** A tree with any names, sound or not, as no format's reader would let them pass. */
export function fakeTree(children: readonly (readonly [Uint8Array, ImageNode])[]): ImageTree {
  const root = fakeNode({ type: 'directory' }, children);
  return { sizeBytes: 1 << 20, lookUp: () => Promise.resolve(root) };
}

let nextId = 1000;

export function fakeNode(
  attributes: Partial<ImageNode> & { readonly content?: string; readonly target?: string },
  children: readonly (readonly [Uint8Array, ImageNode])[] = [],
): ImageNode {
  const { content = '', target = '', ...rest } = attributes;
  const bytes: RandomAccess = accessBytes(Buffer.from(content));
  return {
    id: nextId++,
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    sizeBytes: 0,
    linkCount: 1,
    mtime: { seconds: 0 },
    device: undefined,
    async *list() {
      for (const [nameBytes, node] of children) {
        const name = Buffer.from(nameBytes).toString('latin1');
        yield await Promise.resolve([{ nameBytes, name, node }]);
      }
    },
    readLink: () => Promise.resolve(Buffer.from(target)),
    open: () => Promise.resolve(bytes),
    async *dataRanges() {
      if (bytes.sizeBytes > 0) yield await Promise.resolve({ offset: 0, length: bytes.sizeBytes });
    },
    ...rest,
  };
}
