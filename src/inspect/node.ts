import type { ZosiaError } from '../errors.js';
import type { Timestamp } from '../formats/entry.js';
import type { Findings } from '../formats/findings.js';
import type { RandomAccess } from '../image/random-access.js';

export type NodeType =
  'file' | 'directory' | 'symlink' | 'character-device' | 'block-device' | 'fifo' | 'socket';

/** A run of bytes of a file that has data; what lies between them are holes. */
export interface DataRange {
  readonly offset: number;
  readonly length: number;
}

/** A name in a directory and what it leads to. */
export interface NamedNode {
  /** As the image has it: bytes without a slash or a NUL, neither `.` nor `..`. */
  readonly nameBytes: Uint8Array;
  /** Printable, with `\xHH` for what is not: see `escapeName`. */
  readonly name: string;
  readonly node: ImageNode;
}

/** A file of any type in an image of any kind. */
export interface ImageNode {
  /** The same for all names of one file. */
  readonly id: number;
  readonly type: NodeType;
  /** Permission bits, set-user-id, set-group-id and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly linkCount: number;
  /** Last change of its content. */
  readonly mtime: Timestamp;
  /** Where its data lie, for whoever reads many files of a tree that is read best from front to back. */
  readonly sequence?: number | undefined;
  /** Whether its content, names or target are encrypted: they can be listed, not read. */
  readonly isEncrypted?: boolean | undefined;
  /** Of character and block devices. */
  readonly device: { readonly major: number; readonly minor: number } | undefined;

  /** The names in a directory, in no particular order; those that are read at once together. */
  list(): AsyncIterable<Iterable<NamedNode>>;
  /** The target of a symlink. */
  readLink(): Promise<Uint8Array>;
  /** The content of a regular file, to be read at any place. */
  open(): Promise<RandomAccess>;
  /** Where a regular file has data, in order. */
  dataRanges(): AsyncIterable<DataRange>;
}

/** The files in an image. */
export interface ImageTree {
  /** No more bytes of directories than this can be in it, and no more of files. */
  readonly sizeBytes: number;
  /** What in it is passed over by whoever mounts or unpacks it, and why. */
  readonly skipped?: Findings | undefined;
  /** What ends it too early; what comes before is in the tree. */
  readonly damage?: ZosiaError | undefined;
  /**
   * Follows a path from the root of the image; it cannot leave it.
   *
   * @param followLast whether a symlink at the end is followed, too
   * @throws ZosiaError whose code ends in `_NO_SUCH_PATH` or `_SYMLINK_LOOP`
   */
  lookUp(path: string, followLast: boolean): Promise<ImageNode>;
}
