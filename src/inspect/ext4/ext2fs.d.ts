/** The part of ext2fs (libext2fs as WebAssembly) that verifying uses; it brings no types. */
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

  export interface Stats {
    readonly mode: number;
    readonly size: number;
  }

  export interface Handle {
    readonly fd: number;
    /** `position` -1: where the last read ended. Only 32 bits of others count. */
    read(
      buffer: Uint8Array,
      offset: number,
      length: number,
      position: number,
    ): Promise<{ bytesRead: number }>;
  }

  export interface FileSystem {
    readonly promises: {
      readonly constants: { readonly O_RDONLY: number; readonly O_NOFOLLOW: number };
      /** Names as UTF-8, whatever encoding is asked for. */
      readdir(path: string | Uint8Array): Promise<string[]>;
      open(path: string | Uint8Array, flags: string | number): Promise<Handle>;
      /** Unlike the method of a handle, this one can be waited for. */
      close(fd: number): Promise<void>;
      fstat(fd: number): Promise<Stats>;
      readlink(path: string | Uint8Array): Promise<string>;
    };
  }

  export function withMountedDisk<T>(
    disk: Disk,
    offset: number,
    use: (fileSystem: FileSystem) => Promise<T>,
  ): Promise<T>;
}
