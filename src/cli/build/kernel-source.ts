import { posix } from 'node:path';
import type { CliContext } from '../context.js';
import { withFetchSettings } from '../options/fetch.js';
import type { FetchFlags } from '../options/fetch.js';
import { folders } from '../environment.js';
import { ZosiaError } from '../../errors.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { startProgress } from '../output/progress.js';
import { chosenArchitecture } from '../options/values.js';

/** What a kernel is built of: known before it is fetched. */
export interface KernelSource {
  readonly name: string;
  readonly version?: string | undefined;
  readonly sha256: string;
  /** Runs `use` with the path of Debian's package or of a tar archive; what was downloaded for it is gone afterwards. */
  withPath<T>(use: (path: string) => Promise<T>): Promise<T>;
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
    return { arch: settings.arch, source: { name, version, sha256, withPath: (use) => use(path) } };
  });
}

async function otherSource(
  from: string,
  sha256: string,
  { offline }: FetchFlags,
  { signal }: CliContext,
): Promise<KernelSource> {
  const { originName, withOrigin } = await import('../../artifacts/buildroot/origin.js');
  const origin = originName(from);
  return {
    name: posix.basename(origin),
    sha256,
    async withPath(use) {
      if (offline && origin.includes('://')) {
        throw new ZosiaError('ZOSIA_OFFLINE', `not here: ${origin}`, {
          hint: 'Download it, and name the file.',
        });
      }
      const progress = startProgress();
      const options = {
        sha256,
        signal,
        temporaryParent: folders().cacheDirectory,
        onBytes: (name: string, received: number, total: number) => {
          progress.update(name, received, total);
        },
      };
      try {
        return await withOrigin(from, options, (path) => {
          progress.stop();
          return use(path);
        });
      } finally {
        progress.stop();
      }
    },
  };
}
