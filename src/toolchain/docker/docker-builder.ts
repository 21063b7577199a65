import type { RandomAccess } from '../../image/random-access.js';
import type { Builder, BuilderFile, Capacity, Ran, RunOptions } from '../builder.js';
import { TOOL_ENVIRONMENT } from '../tool-environment.js';
import { packFiles, packLargeFile, unpackFile } from './archive.js';
import { CAPACITY_SCRIPT, parseCapacity } from './capacity.js';
import { DockerClient } from './client.js';
import { withContainer } from './container.js';
import { explainDockerFailure } from './failures.js';
import { toolchainImage } from './image.js';
import type { ImageOptions, Toolchain } from './image.js';

export interface DockerBuilderOptions extends ImageOptions {
  readonly toolchain: Toolchain;
  /** Folders in which `docker` is looked for, first to last. */
  readonly searchPath: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Where guest/toolchain/*\/Dockerfile has what the image's user may write to. */
const FOLDER = '/home/zosia/build';
const CACHE_FOLDER = '/home/zosia/.ccache';

/** What is compiled again and again, and in minutes. */
const CACHED: readonly Toolchain[] = ['kernel', 'llama'];

/**
 * Runs `use` with a builder that is a container. Sources go in and products come out as archives: no folder of
 * the host is mounted.
 *
 * @throws ZosiaError as `DockerClient.connect`, `toolchainImage` and `withContainer`; whatever `use` throws
 */
export async function withDockerBuilder<T>(
  options: DockerBuilderOptions,
  use: (builder: Builder) => Promise<T>,
): Promise<T> {
  const { toolchain, searchPath, signal } = options;
  const client = await DockerClient.connect(searchPath, signal);
  const image = await toolchainImage(client, toolchain, options);
  const isCached = CACHED.includes(toolchain);
  const container = {
    image,
    signal,
    volumes: isCached ? { [`zosia-ccache-${toolchain}`]: CACHE_FOLDER } : {},
    // A compiler is known by its bytes, not by when the image was made.
    env: isCached ? { CCACHE_DIR: CACHE_FOLDER, CCACHE_COMPILERCHECK: 'content' } : {},
  };
  return withContainer(client, container, (name) =>
    use(new DockerBuilder(client, name, isCached ? 'ccache' : undefined)),
  );
}

class DockerBuilder implements Builder {
  readonly kind = 'docker';
  readonly folder = FOLDER;

  constructor(
    readonly client: DockerClient,
    readonly container: string,
    readonly launcher: string | undefined,
  ) {}

  async run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const { cwd = '.', env, onLine } = options;
    const words = [
      'exec',
      '--workdir',
      `${FOLDER}/${cwd}`,
      this.container,
      'env',
      ...environmentWords({ ...TOOL_ENVIRONMENT, ...env }),
      program,
      ...args,
    ];
    const ran = await this.client.run(words, { onLine });
    if (ran.failed) await this.#refuseEnded();
    // docker's own arguments are nobody's affair.
    const reason = ran.failed ? `${program} fails in the container` : undefined;
    return { ...ran, reason };
  }

  async write(files: readonly BuilderFile[]): Promise<void> {
    await this.#unpack(packFiles(files));
  }

  async copy(source: RandomAccess, path: string): Promise<void> {
    // What cannot be read is not Docker's fault.
    let failure: { readonly cause: unknown } | undefined;
    const watched: RandomAccess = {
      sizeBytes: source.sizeBytes,
      read: (offset, length) =>
        source.read(offset, length).catch((cause: unknown) => {
          failure = { cause };
          throw cause;
        }),
    };
    await this.#unpack(packLargeFile(path, watched, this.client.signal)).catch((error: unknown) => {
      throw failure ? failure.cause : error;
    });
  }

  async read(path: string): Promise<Uint8Array> {
    const words = ['exec', this.container, 'tar', '-cf', '-', '-C', FOLDER, path];
    return unpackFile(await this.client.bytes(`${path} does not get out of the container`, words));
  }

  async capacity(): Promise<Capacity> {
    const { output } = await this.run('sh', ['-c', CAPACITY_SCRIPT]);
    return parseCapacity(output);
  }

  async #unpack(input: AsyncIterable<Uint8Array>): Promise<void> {
    const words = ['exec', '--interactive', this.container, 'tar', '-xf', '-', '-C', FOLDER];
    await this.client.must('files do not get into the container', words, { input });
  }

  /** A program that has failed may have lost the container, or the daemon. */
  async #refuseEnded(): Promise<void> {
    const words = ['container', 'inspect', '--format', '{{.State.Running}}', this.container];
    const { failed, output } = await this.client.run(words);
    if (failed || output.trim() !== 'true') {
      throw explainDockerFailure('the container has ended', output);
    }
  }
}

/** How env(1) is told of variables; undefined ones are removed. */
const environmentWords = (env: Readonly<Record<string, string | undefined>>): string[] => [
  ...Object.entries(env).flatMap(([name, value]) => (value === undefined ? ['-u', name] : [])),
  ...Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  ),
];
