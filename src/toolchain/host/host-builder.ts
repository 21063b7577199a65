import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { withPrivateFolder } from '../../host/private-folder.js';
import type { Builder, BuilderFile, Ran, RunOptions } from '../builder.js';
import { TOOL_ENVIRONMENT } from '../tool-environment.js';

export interface HostBuilderOptions {
  /** Folders in which programs are looked for, first to last. */
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
    this.#searchPath = [...new Set(searchPath)].join(delimiter);
    this.#signal = signal;
  }

  async run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const { cwd = '.', env, onLine } = options;
    this.#signal?.throwIfAborted();
    const child = execa(program, args, {
      cwd: join(this.folder, cwd),
      env: { ...TOOL_ENVIRONMENT, PATH: this.#searchPath, ...env },
      all: true,
      buffer: onLine === undefined,
      reject: false,
      ...(this.#signal ? { cancelSignal: this.#signal } : {}),
    });
    if (onLine) for await (const line of createInterface({ input: child.all })) await onLine(line);
    const { failed, shortMessage, all } = await child;
    this.#signal?.throwIfAborted();
    // With `buffer: false` there is no output to be had.
    return { failed, reason: failed ? shortMessage : undefined, output: onLine ? '' : all };
  }

  async write(files: readonly BuilderFile[]): Promise<void> {
    for (const { path, data } of files) {
      const target = join(this.folder, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, data);
    }
  }

  async read(path: string): Promise<Uint8Array> {
    return readFile(join(this.folder, path));
  }
}
