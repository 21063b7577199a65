import { link, rename, unlink } from 'node:fs/promises';
import { systemErrorCode } from '../errors.js';

/** What file systems without hard links say; macOS and Linux each have their own. */
const NO_HARD_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/**
 * Gives a file another name in its file system, unless something has that name already: of several
 * processes at once, one succeeds. Where there are no hard links, what has the name is replaced.
 *
 * @returns false when the name is taken; the file then stays where it is
 * @throws the system's errors as they are
 */
export async function moveUnlessThere(from: string, to: string | Buffer): Promise<boolean> {
  try {
    // Unlike renaming, this fails where there is something already.
    await link(from, to);
  } catch (error) {
    const code = systemErrorCode(error) ?? '';
    if (code === 'EEXIST') return false;
    if (!NO_HARD_LINKS.includes(code)) throw error;
    await rename(from, to);
    return true;
  }
  await unlink(from);
  return true;
}
