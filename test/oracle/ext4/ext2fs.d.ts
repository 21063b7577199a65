/** The part of ext2fs (libext2fs as WebAssembly) that the tests use; it brings no types. */
declare module 'ext2fs' {
  export interface Disk {
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

  export interface Handle {
    readonly fd: number;
    read(
      buffer: Uint8Array,
      offset: number,
      length: number,
      position: number,
    ): Promise<{ bytesRead: number }>;
  }

  export interface FileSystem {
    readonly promises: {
      readdir(path: string): Promise<string[]>;
      open(path: string | Uint8Array, flags: 'r'): Promise<Handle>;
      /** Unlike the method of a handle, this one can be waited for. */
      close(fd: number): Promise<void>;
      readlink(path: string | Uint8Array): Promise<string>;
    };
  }

  export function withMountedDisk<T>(
    disk: Disk,
    offset: number,
    use: (fileSystem: FileSystem) => Promise<T>,
  ): Promise<T>;
}
