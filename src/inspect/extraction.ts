import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { ZosiaError } from '../errors.js';
import type { Piece } from '../host/output-file.js';
import { writeAll } from '../host/write-all.js';
import type { ImageNode } from './node.js';
import type { TargetFolder } from './target-folder.js';
import type { LocatedNode } from './walk.js';

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

export interface ExtractionOptions {
  /** Data that will be written, for progress; 0 where nobody asked. */
  readonly totalBytes: number;
  /** The most that the files can add up to: what the image holds. */
  readonly roomBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
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

/** Adds what it is given to the target folder, and keeps account of it. */
export class Extraction {
  readonly summary: ExtractSummary;
  /** Where files with several names were written first. */
  readonly #written = new Map<number, readonly Uint8Array[]>();
  /** What the image can still hold besides the files so far, as long as no two share data. */
  #roomBytes: number;
  #madeCount = 0;
  readonly #symlinks: { nameBytes: readonly Uint8Array[]; target: Uint8Array }[] = [];

  constructor(
    private readonly target: TargetFolder,
    private readonly options: ExtractionOptions,
  ) {
    this.#roomBytes = options.roomBytes;
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
    this.options.onProgress?.(dataBytes, Math.max(dataBytes, this.options.totalBytes));
  }

  /** Lets signals and timers have their turn now and then: what is made at once would keep them off. */
  async #breathe(): Promise<void> {
    this.options.signal?.throwIfAborted();
    if (++this.#madeCount % MADE_AT_A_TIME !== 0) return;
    await setImmediate();
    this.options.signal?.throwIfAborted();
  }
}
