import { mkdir, readFile, statfs, writeFile } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { withPrivateFolder } from '../../host/private-folder.js';
import { isOutOfRoom } from '../../host/system-errors.js';
import { accessPieces } from '../../image/access-pieces.js';
import type { RandomAccess } from '../../image/random-access.js';
import { MIB } from '../../image/units.js';
import type { Builder, BuilderFile, Capacity, Ran, RunOptions } from '../builder.js';
import { full, roomOf } from '../room.js';
import { runProgram } from '../run-program.js';
import { TOOL_ENVIRONMENT } from '../tool-environment.js';
import { hostToolFolders } from './tool-folders.js';

export interface HostBuilderOptions {
  /** Folders in which programs are looked for, after those of Homebrew's compilers. */
  readonly searchPath: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `use` with a builder that is this host, in a folder of temporary files.
 *
 * @throws ZosiaError as `withPrivateFolder`; whatever `use` throws
 */
export async function withHostBuilder<T>(
  options: HostBuilderOptions,
  use: (builder: Builder) => Promise<T>,
): Promise<T> {
  return withPrivateFolder((folder) => use(new HostBuilder(folder, options)));
}

class HostBuilder implements Builder {
  readonly kind = 'host';
  readonly folder: string;
  readonly #searchPath: string;
  readonly #signal: AbortSignal | undefined;

  constructor(folder: string, { searchPath, signal }: HostBuilderOptions) {
    this.folder = folder;
    this.#searchPath = hostToolFolders(searchPath).join(delimiter);
    this.#signal = signal;
  }

  async run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const { cwd = '.', env, onLine } = options;
    return runProgram(program, args, {
      cwd: join(this.folder, cwd),
      env: { ...TOOL_ENVIRONMENT, PATH: this.#searchPath, ...env },
      onLine,
      signal: this.#signal,
    });
  }

  async write(files: readonly BuilderFile[]): Promise<void> {
    this.#signal?.throwIfAborted();
    for (const { path, data } of files) {
      const target = join(this.folder, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, data);
    }
  }

  async copy(source: RandomAccess, path: string): Promise<void> {
    const target = join(this.folder, path);
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, accessPieces(source, this.#signal), { signal: this.#signal });
    } catch (cause) {
      this.#signal?.throwIfAborted();
      if (isOutOfRoom(cause)) throw full(roomOf(this), cause);
      throw cause;
    }
  }

  async read(path: string): Promise<Uint8Array> {
    this.#signal?.throwIfAborted();
    return readFile(join(this.folder, path));
  }

  async capacity(): Promise<Capacity> {
    const { bavail, bsize, blocks } = await statfs(this.folder);
    // On macOS Node does not count what can be reclaimed as free.
    const memory = process.platform === 'darwin' ? totalmem() : freemem();
    return {
      processors: availableParallelism(),
      memoryMiB: Math.floor(Math.min(memory, memoryLimit()) / MIB),
      // Some file systems do not tell.
      freeMiB: blocks > 0 ? Math.floor((bavail * bsize) / MIB) : undefined,
    };
  }
}

/** What this process's control group may have, in bytes; where there is no limit, it is huge or 0. */
function memoryLimit(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? limit : Infinity;
}
