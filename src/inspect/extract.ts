import { Extraction } from './extraction.js';
import type { ExtractSummary } from './extraction.js';
import type { ImageNode, ImageTree } from './node.js';
import { TargetFolder } from './target-folder.js';
import { walkTree } from './walk.js';
import type { LocatedNode } from './walk.js';
import { byteStringBytes, toByteString } from '../formats/byte-string.js';
import type { ByteString } from '../formats/byte-string.js';
import { escapeName, unescapeName } from '../formats/escaped-name.js';
import { ZosiaError } from '../errors.js';

export interface ExtractOptions {
  /** Of a directory, its contents are extracted; of anything else, itself. The root unless given. */
  readonly path?: string | undefined;
  /** The folder to extract into, made if need be. */
  readonly out: string;
  /** Whether files that are in the way are replaced. Folders never are. */
  readonly force?: boolean | undefined;
  /** Files on the host that are not replaced even so: those that the image is read from. */
  readonly keep?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called while files are written with the bytes of data so far, and those there are in all. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

/**
 * Copies files out of an image. Nothing is written outside of the target folder: see `TargetFolder`.
 * Symlinks are made last of all, so that nothing can be written through them.
 *
 * @throws ZosiaError `ZOSIA_OUTPUT_EXISTS`, `ZOSIA_OUTPUT_IS_INPUT`, `ZOSIA_OUTPUT_UNWRITABLE`, `ZOSIA_DISK_FULL`,
 * `ZOSIA_UNSAFE_NAME`, `ZOSIA_IMAGE_OVERFULL` for files that add up to more than the image holds, and what
 * reading a damaged image throws; the signal's reason when cancelled
 */
export async function extractFiles(
  tree: ImageTree,
  options: ExtractOptions,
): Promise<ExtractSummary> {
  const { path = '/', out, force = false, keep } = options;
  const start = await tree.lookUp(path, true);
  const target = await TargetFolder.make(out, force, keep);
  const { signal, onProgress } = options;
  const totalBytes = onProgress ? await countDataBytes(tree, start, signal) : 0;
  const copying = { totalBytes, roomBytes: tree.sizeBytes, signal, onProgress };
  const extraction = new Extraction(target, copying);
  if (start.type === 'directory') {
    const later: { readonly path: ByteString; readonly node: ImageNode }[] = [];
    for await (const walked of walkTree(tree, start)) {
      const { names, nameBytes, node } = walked;
      if (names.length === 0) continue;
      if (node.sequence === undefined || node.type !== 'file' || node.sizeBytes === 0) {
        await extraction.add(walked);
      } else later.push({ path: nameBytes.map(toByteString).join('/'), node });
    }
    // What is packed is unpacked once, from front to back. There may be hundreds of thousands: of each
    // only a string is kept.
    later.sort((a, b) => a.node.sequence! - b.node.sequence!);
    for (const { path, node } of later) {
      const nameBytes = path.split('/').map(byteStringBytes);
      await extraction.add({ nameBytes, names: nameBytes.map(escapeName), node });
    }
  } else {
    await extraction.add({ ...lastName(path), node: start });
  }
  await extraction.makeSymlinks();
  return extraction.summary;
}

/** The data that are to be copied: holes are not, nor are further names of files. */
async function countDataBytes(
  tree: ImageTree,
  start: ImageNode,
  signal: AbortSignal | undefined,
): Promise<number> {
  const counted = new Set<number>();
  let dataBytes = 0;
  for await (const { node } of walkTree(tree, start)) {
    signal?.throwIfAborted();
    if (node.type !== 'file' || counted.has(node.id)) continue;
    if (node.linkCount > 1) counted.add(node.id);
    for await (const { length } of node.dataRanges()) dataBytes += length;
  }
  return dataBytes;
}

function lastName(path: string): Pick<LocatedNode, 'names' | 'nameBytes'> {
  const name = path.split('/').findLast((part) => part !== '' && part !== '.');
  if (name === undefined || name === '..') {
    throw new ZosiaError('ZOSIA_UNSAFE_NAME', `${path} ends in no name`, {
      hint: 'Name the file itself.',
    });
  }
  return { names: [name], nameBytes: [unescapeName(name)] };
}
