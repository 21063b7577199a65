import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Piece } from '../host/output-file.js';
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
  readonly signal?: AbortSignal | undefined;
  /** Called while files are written with the bytes of data so far, and those there are in all. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

export interface ExtractSummary {
  readonly out: string;
  fileCount: number;
  directoryCount: number;
  symlinkCount: number;
  /** Further names of files. */
  hardLinkCount: number;
  /** Data written; holes are not. */
  dataBytes: number;
  /** Devices, FIFOs and sockets, and what is encrypted, which are left out. */
  readonly skipped: { readonly path: string; readonly type: string }[];
}

const CHUNK_BYTES = 1 << 20;
/** A file up to this size is made at once: see `writeSmallInFolder`. */
const SMALL_FILE_BYTES = 1 << 18;
/** Files made before anything else has its turn. */
const MADE_AT_A_TIME = 64;
/** Neither set-user-id, set-group-id nor sticky leaves the image. */
const PERMISSIONS = 0o777;
/** A folder that its owner cannot enter could be neither filled nor removed. */
const OWNER_ALL = 0o700;

/**
 * Copies files out of an image. Nothing is written outside of the target folder: see `TargetFolder`.
 * Symlinks are made last of all, so that nothing can be written through them.
 *
 * @throws ZosiaError `ZOSIA_OUTPUT_EXISTS`, `ZOSIA_OUTPUT_UNWRITABLE`, `ZOSIA_DISK_FULL`,
 * `ZOSIA_UNSAFE_NAME`, `ZOSIA_IMAGE_OVERFULL` for files that add up to more than the image holds, and what
 * reading a damaged image throws; the signal's reason when cancelled
 */
export async function extractFiles(
  tree: ImageTree,
  options: ExtractOptions,
): Promise<ExtractSummary> {
  const { path = '/', out, force = false } = options;
  const start = await tree.lookUp(path, true);
  const target = await TargetFolder.make(out, force);
  const totalBytes = options.onProgress ? await countDataBytes(tree, start, options.signal) : 0;
  const extraction = new Extraction(target, { totalBytes, roomBytes: tree.sizeBytes }, options);
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

class Extraction {
  readonly summary: ExtractSummary;
  /** Where files with several names were written first. */
  readonly #written = new Map<number, readonly Uint8Array[]>();
  /** What the image can still hold besides the files so far, as long as no two share data. */
  #roomBytes: number;
  #madeCount = 0;
  readonly #symlinks: { nameBytes: readonly Uint8Array[]; target: Uint8Array }[] = [];

  constructor(
    private readonly target: TargetFolder,
    private readonly sizes: { readonly totalBytes: number; readonly roomBytes: number },
    private readonly options: ExtractOptions,
  ) {
    this.#roomBytes = sizes.roomBytes;
    this.summary = {
      out: target.path,
      fileCount: 0,
      directoryCount: 0,
      symlinkCount: 0,
      hardLinkCount: 0,
      dataBytes: 0,
      skipped: [],
    };
  }

  async add(walked: LocatedNode): Promise<void> {
    const { names, nameBytes, node } = walked;
    await this.#breathe();
    if (node.isEncrypted && (node.type === 'file' || node.type === 'symlink')) {
      this.summary.skipped.push({ path: `/${names.join('/')}`, type: `encrypted ${node.type}` });
      return;
    }
    switch (node.type) {
      case 'directory':
        this.target.directory(nameBytes, (node.mode & PERMISSIONS) | OWNER_ALL);
        this.summary.directoryCount++;
        break;
      case 'file':
        await this.#addFile(nameBytes, node);
        break;
      case 'symlink':
        await this.#addSymlink(walked);
        break;
      default:
        this.summary.skipped.push({ path: `/${names.join('/')}`, type: node.type });
    }
  }

  /** The kernel unpacks one without a target from an initramfs; symlink(2) makes none. */
  async #addSymlink({ names, nameBytes, node }: LocatedNode): Promise<void> {
    const target = await node.readLink();
    if (target.length > 0) this.#symlinks.push({ nameBytes, target });
    else
      this.summary.skipped.push({ path: `/${names.join('/')}`, type: 'symlink without a target' });
  }

  async makeSymlinks(): Promise<void> {
    for (const { nameBytes, target } of this.#symlinks) {
      await this.#breathe();
      this.target.symlink(nameBytes, target);
      this.summary.symlinkCount++;
    }
  }

  async #addFile(nameBytes: readonly Uint8Array[], node: ImageNode): Promise<void> {
    const first = this.#written.get(node.id);
    if (first && this.target.hardLink(nameBytes, first)) {
      this.summary.hardLinkCount++;
      return;
    }
    if (node.sizeBytes <= SMALL_FILE_BYTES) await this.#addSmallFile(nameBytes, node, !first);
    else await this.#addLargeFile(nameBytes, node, !first);
    if (node.linkCount > 1) this.#written.set(node.id, nameBytes);
    this.summary.fileCount++;
  }

  async #addSmallFile(
    nameBytes: readonly Uint8Array[],
    node: ImageNode,
    isFirst: boolean,
  ): Promise<void> {
    const content = await node.open();
    const pieces: Piece[] = [];
    for await (const { offset, length } of node.dataRanges()) {
      if (isFirst) this.#takeRoom(length);
      pieces.push({ offset, bytes: await content.read(offset, length) });
    }
    this.options.signal?.throwIfAborted();
    const { sizeBytes, mode } = node;
    this.target.smallFile(nameBytes, { pieces, sizeBytes, mode: mode & PERMISSIONS });
    for (const { bytes } of pieces) this.#progress(bytes.length);
  }

  async #addLargeFile(
    nameBytes: readonly Uint8Array[],
    node: ImageNode,
    isFirst: boolean,
  ): Promise<void> {
    if (isFirst) for await (const { length } of node.dataRanges()) this.#takeRoom(length);
    const { signal } = this.options;
    await this.target.file(nameBytes, (file) => this.#copy(node, file), {
      mode: node.mode & PERMISSIONS,
      signal,
    });
  }

  /** A small image in which many names lead to the same data could else fill the host's disk. */
  #takeRoom(length: number): void {
    this.#roomBytes -= length;
    if (this.#roomBytes >= 0) return;
    throw new ZosiaError(
      'ZOSIA_IMAGE_OVERFULL',
      'the files in the image add up to more than it holds',
      { hint: 'The image is damaged: see what is wrong with `zosia verify IMAGE`.' },
    );
  }

  /** Data in pieces; what is a hole in the image stays one. */
  async #copy(node: ImageNode, file: FileHandle): Promise<void> {
    const content = await node.open();
    await file.truncate(content.sizeBytes);
    for await (const { offset, length } of node.dataRanges()) {
      for (let done = 0; done < length; done += CHUNK_BYTES) {
        this.options.signal?.throwIfAborted();
        const at = offset + done;
        const bytes = await content.read(at, Math.min(CHUNK_BYTES, length - done));
        await writeAll(file, bytes, at);
        this.#progress(bytes.length);
      }
    }
  }

  #progress(bytes: number): void {
    this.summary.dataBytes += bytes;
    // Where the host takes no hard links, further names are copies that were not counted.
    const { dataBytes } = this.summary;
    this.options.onProgress?.(dataBytes, Math.max(dataBytes, this.sizes.totalBytes));
  }

  /** Lets signals and timers have their turn now and then: what is made at once would keep them off. */
  async #breathe(): Promise<void> {
    this.options.signal?.throwIfAborted();
    if (++this.#madeCount % MADE_AT_A_TIME !== 0) return;
    await setImmediate();
    this.options.signal?.throwIfAborted();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}
