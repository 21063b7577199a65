import { debianMirrorBase } from '../../artifacts/apt-mirror.js';
import { hasApt, runApt } from '../../artifacts/apt.js';
import { mirrorUrl } from '../../artifacts/named-mirror.js';
import { withPrivateFolder } from '../../host/private-folder.js';

/**
 * The mirror of Debian's archive for an image, where the snapshot archive cannot be reached: the one that is
 * named, else the one that this host's apt uses.
 *
 * @throws ZosiaError `ZOSIA_BAD_OPTION` for a name of none; the signal's reason when cancelled
 */
export async function findMirror(
  named: string | undefined,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (named !== undefined) return mirrorUrl(named);
  if (!(await hasApt())) return undefined;
  // Another host's trouble with apt is none of the image's.
  const found = await withPrivateFolder((folder) =>
    debianMirrorBase(folder, runApt, signal).catch(() => undefined),
  );
  signal?.throwIfAborted();
  return found;
}
