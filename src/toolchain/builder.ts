import type { RandomAccess } from '../image/random-access.js';

/**
 * A place where things are compiled: the host itself, or a container. Recipes know no other way to run a
 * compiler, so that they are the same for both.
 */
export interface Builder {
  readonly kind: 'host' | 'docker';
  /** A folder of this build's own, empty at first and gone after it, as the builder's programs see it. */
  readonly folder: string;
  /** A program to put before the compiler's name, where the builder keeps what was compiled: ccache. */
  readonly launcher?: string | undefined;
  /**
   * Runs a program to its end, in `folder` unless told otherwise. One that fails, or is not there, is no
   * exception.
   *
   * @throws the reason of the build's signal when cancelled
   */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Puts files into `folder`, whose folders are made. */
  write(files: readonly BuilderFile[]): Promise<void>;
  /**
   * Puts a file into `folder` that is too large to be in memory; the folders above it are made.
   *
   * @param path relative to the builder's folder, `/` between its parts
   * @throws what reading `source` throws; ZosiaError `ZOSIA_DISK_FULL`; the reason of the build's signal when
   *   cancelled
   */
  copy(source: RandomAccess, path: string): Promise<void>;
  /** Reads a file below `folder`, given by its path there. */
  read(path: string): Promise<Uint8Array>;
  /** What there is to build with. */
  capacity(): Promise<Capacity>;
}

export interface RunOptions {
  /** Below `folder`. */
  readonly cwd?: string | undefined;
  /** Added to the environment that compilers run in; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Takes each line of stdout and stderr as it comes. Without it the output is kept, see `Ran`. */
  readonly onLine?: ((line: string) => void | Promise<void>) | undefined;
}

/** How a program ended. */
export interface Ran {
  readonly failed: boolean;
  /** Of a program that failed: its exit status or signal, or why it could not be started. */
  readonly reason?: string | undefined;
  /** What it printed on stdout and stderr; empty with `onLine`. */
  readonly output: string;
}

/** A file for a builder. */
export interface BuilderFile {
  /** Relative to the builder's folder, `/` between its parts. */
  readonly path: string;
  readonly data: Uint8Array | string;
}

/** What a builder has; undefined is what it does not tell. */
export interface Capacity {
  readonly processors: number;
  /** Memory that can be had without swapping. */
  readonly memoryMiB?: number | undefined;
  /** Room where `folder` is. */
  readonly freeMiB?: number | undefined;
}
