/**
 * The part of cpio-stream that verifying uses; it brings no types. Nothing that is exported may mention this
 * module: these declarations are not packed.
 */
declare module 'cpio-stream' {
  import type { Readable, Writable } from 'node:stream';

  export interface CpioHeader {
    readonly name: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly nlink: number;
    readonly ino: number;
    readonly mtime: Date;
    readonly size: number;
    readonly devmajor: number;
    readonly devminor: number;
    readonly rdevmajor: number;
    readonly rdevminor: number;
    readonly linkname?: string;
  }

  type OnEntry = (header: CpioHeader, data: Readable, next: () => void) => void;

  export function extract(): Writable & { on(event: 'entry', listener: OnEntry): void };
}
