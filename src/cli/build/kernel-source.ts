import { posix } from 'node:path';
import type { CliContext } from '../context.js';
import { withFetchSettings } from '../options/fetch.js';
import type { FetchFlags } from '../options/fetch.js';
import { folders } from '../environment.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { startProgress } from '../output/progress.js';
import { waitNotice } from '../output/wait-notice.js';
import { chosenArchitecture } from '../options/values.js';

/** What a kernel is built of: known before it is fetched. */
export interface KernelSource {
  readonly name: string;
  readonly version?: string | undefined;
  readonly sha256: string;
  /** The path of Debian's package or of a tar archive, which is fetched into the cache unless it is there. */
  fetch(): Promise<string>;
}

export interface SourceFlags extends FetchFlags {
  /** A tar archive, or where one is had. */
  source?: string | undefined;
  sha256?: string | undefined;
}

/** The source that is asked for, or Debian's pinned one, which is fetched into the cache, and the architecture. */
export async function chosenSource(
  flags: SourceFlags,
  context: CliContext,
): Promise<{ arch: Architecture; source: KernelSource }> {
  if (flags.source !== undefined && flags.sha256 !== undefined) {
    const source = await otherSource(flags.source, flags.sha256, flags, context);
    return { arch: chosenArchitecture(flags.arch), source };
  }
  const { fetchComponents } = await import('../../artifacts/fetch.js');
  return withFetchSettings(flags, context, async (settings) => {
    const [fetched] = await fetchComponents({ ...settings, components: ['kernel-source'] });
    const { name, version, sha256, path } = fetched!;
    return {
      arch: settings.arch,
      source: { name, version, sha256, fetch: () => Promise.resolve(path) },
    };
  });
}

async function otherSource(
  from: string,
  sha256: string,
  { offline }: FetchFlags,
  { signal }: CliContext,
): Promise<KernelSource> {
  const [{ originName }, { pinnedOriginFile }, { MAX_SOURCE_BYTES }] = await Promise.all([
    import('../../artifacts/origin.js'),
    import('../../artifacts/pinned-origin.js'),
    import('../../toolchain/kernel/source.js'),
  ]);
  return {
    name: posix.basename(originName(from)),
    sha256,
    async fetch() {
      const progress = startProgress();
      try {
        return await pinnedOriginFile(from, {
          sha256,
          cacheDir: folders().cacheDirectory,
          offline,
          maxBytes: MAX_SOURCE_BYTES,
          signal,
          onBytes: (name, received, total) => {
            progress.update(name, received, total);
          },
          onWait: waitNotice(),
        });
      } finally {
        progress.stop();
      }
    },
  };
}
