import { lstatSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';

/** What Node.js from 22.8 on has besides: it keeps the code that it has compiled in a folder. */
interface Compiling {
  readonly enableCompileCache?: (folder: string) => unknown;
}

/**
 * Has Node.js keep what it compiles of the files that are loaded from now on, and take it from there the next
 * time. Where that is not possible, all is as without it.
 *
 * @param cacheDirectory the user's
 */
export function keepCompiled(
  cacheDirectory: string,
  { enableCompileCache }: Compiling = module as Compiling,
): void {
  if (!enableCompileCache) return;
  const folder = join(cacheDirectory, 'compiled');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isOwn(folder)) enableCompileCache(folder);
  } catch {
    // A cache that cannot be written is none.
  }
}

/** Whoever else could write there could have this user run whatever they like. */
function isOwn(folder: string): boolean {
  const status = lstatSync(folder);
  return status.isDirectory() && status.uid === process.getuid?.() && (status.mode & 0o022) === 0;
}
