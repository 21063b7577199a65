/**
 * The part of ext2fs (libext2fs as WebAssembly) that verifying uses; it brings no types. Nothing that is
 * exported may mention this module: these declarations are not packed.
 */
declare module 'ext2fs' {
  export interface Disk {
    /** Fills `buffer` from `bufferOffset` with bytes of the disk. */
    read(
      buffer: Uint8Array,
      bufferOffset: number,
      length: number,
      offset: number,
    ): Promise<unknown>;
    write(
      buffer: Uint8Array,
      bufferOffset: number,
      length: number,
      offset: number,
    ): Promise<unknown>;
    discard(offset: number, length: number): Promise<void>;
    flush(): Promise<void>;
  }

  export function withMountedDisk<T>(
    disk: Disk,
    offset: number,
    use: (fileSystem: { readonly promises: import('./libext2fs.js').Libext2fs }) => Promise<T>,
  ): Promise<T>;
}
