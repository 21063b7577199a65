import type { Image } from '../../image/image.js';

/** What every member of an archive has. */
export interface CpioAttributes {
  /** Where it goes, from the root: `/etc/hostname` (`etc/hostname` and `./etc/hostname` are the same). */
  readonly path: string;
  /** Permission bits, 0 to 0o7777. A hard link has those of its file, whatever is given here. */
  readonly mode: number;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Seconds since 1970, 0 to 2^32 - 1; the archive's `epochSeconds` unless given. */
  readonly mtimeSeconds?: number | undefined;
}

export type CpioContent =
  | { readonly type: 'file'; readonly data: Image | Uint8Array }
  | { readonly type: 'directory' }
  | { readonly type: 'symlink'; readonly target: string }
  | {
      readonly type: 'device';
      readonly device: 'character' | 'block';
      readonly major: number;
      readonly minor: number;
    }
  | { readonly type: 'fifo' | 'socket' }
  /** Another name for the entry of type `file` at `target`. */
  | { readonly type: 'hardlink'; readonly target: string };

export type CpioEntry = CpioAttributes & CpioContent;
