import type { ByteString } from '../byte-string.js';
import type { NewcHeader } from './layout.js';
import type { CpioPart } from './member.js';

/** A member as it lies in the archive: what the kernel passes over and trailers, too. */
export interface StoredMember {
  readonly part: CpioPart;
  /** How many archives were ended by a trailer before. */
  readonly archive: number;
  /** Of the header: in the source or, in a packed part, in what that unpacks to. */
  readonly offset: number;
  /** The header's 110 bytes. */
  readonly headerBytes: Uint8Array;
  readonly header: NewcHeader;
  /** Its name, its NUL, and what pads both. */
  readonly nameField: Uint8Array;
  /** Up to the first NUL. */
  readonly name: ByteString;
  /** The name as a printable absolute path. */
  readonly path: string;
  readonly isTrailer: boolean;
}

/** Is shown every byte of the archives in order, but for the zeros between them. */
export interface CpioObserver {
  /** Header and name of a member whose name has a possible length. */
  member(stored: StoredMember): void | Promise<void>;
  /** The data of the member before, piece by piece. */
  data(bytes: Uint8Array): void | Promise<void>;
  /** What pads the data of the member before, if anything does; its member ends with it. */
  end(padding: Uint8Array): void | Promise<void>;
}
