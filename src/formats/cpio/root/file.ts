import type { CpioMember, CpioPart } from '../member.js';
import type { ByteString } from '../../byte-string.js';

/** What the kernel can make of a member. */
export type CpioFileType =
  'file' | 'directory' | 'symlink' | 'character-device' | 'block-device' | 'fifo' | 'socket';

type Attributes = Pick<CpioMember, 'mode' | 'uid' | 'gid' | 'mtime'>;

/**
 * A file of the root file system that the kernel unpacks archives into. Names that share one are links. A
 * class whose objects all have one shape: of a hundred thousand they take a fifth of what literals do.
 */
export class CpioFile {
  mode = 0;
  uid = 0;
  gid = 0;
  mtimeSeconds = 0;
  /** Names that lead to it. */
  nameCount = 1;
  /** Where the data of a file are; undefined: it has none. */
  part: CpioPart | undefined = undefined;
  offset = 0;
  dataBytes = 0;
  /** The archive whose member made or changed it last; -1: none, as for folders that no member is given for. */
  archive = -1;
  /** Of directories, by name. */
  readonly children: Map<ByteString, CpioFile> | undefined;

  constructor(
    readonly id: number,
    readonly type: CpioFileType,
    /** Of devices. */
    readonly device: { readonly major: number; readonly minor: number } | undefined,
    /** Of symlinks. */
    readonly target: ByteString | undefined,
    /** The kernel has not made it: a folder that no member was given for, or what lies in one. */
    public isLeftOut: boolean,
  ) {
    this.children = type === 'directory' ? new Map<ByteString, CpioFile>() : undefined;
  }

  setAttributes({ mode, uid, gid, mtime }: Attributes): void {
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    this.mtimeSeconds = mtime.seconds;
  }
}
