import { join } from 'node:path';
import { ZosiaError } from '../errors.js';
import { PackageCache } from './cache.js';
import { checkOriginDigest } from './origin-file.js';
import { originName, parseOrigin } from './origin.js';
import { downloadUrl } from './url-download.js';
import type { UrlDownloadOptions } from './url-download.js';

export interface PinnedOriginOptions extends UrlDownloadOptions {
  /** Digest that the file must have, in lower-case hex. */
  readonly sha256: string;
  readonly cacheDir: string;
  /** Nothing but the cache and files of this host may be used. */
  readonly offline?: boolean | undefined;
}

/**
 * The file at an origin that is pinned by its digest. What is downloaded is kept in the cache, and not asked for
 * again, from whatever URL it came.
 *
 * @returns its path; its bytes were checked just now
 * @throws ZosiaError `ZOSIA_OFFLINE`, and those of `parseOrigin`, `downloadUrl`, `checkOriginDigest` and
 *   `PackageCache`; the signal's reason when cancelled, which leaves nothing
 */
export async function pinnedOriginFile(
  from: string,
  options: PinnedOriginOptions,
): Promise<string> {
  const { sha256, cacheDir, offline = false, signal } = options;
  const origin = parseOrigin(from);
  if ('path' in origin) {
    await checkOriginDigest(origin.path, from, sha256, { signal });
    return origin.path;
  }
  const cache = new PackageCache(cacheDir);
  const name = originName(from);
  const wanted = { name, sha256, extension: 'archive' } as const;
  const cached = await cache.find(wanted, signal);
  if (cached !== undefined) return cached;
  if (offline) {
    throw new ZosiaError('ZOSIA_OFFLINE', `not in the cache: ${name}`, {
      hint: 'Run the same command once while online, or name a file that has it.',
    });
  }
  return cache.withTemporaryFolder(async (folder) => {
    const path = join(folder, 'archive');
    await downloadUrl(origin.url, path, options);
    await checkOriginDigest(path, from, sha256, { signal });
    return cache.keep(path, wanted);
  });
}
