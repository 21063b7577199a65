import type { HostFile } from '../host/host-file.js';
import type { FileStamp } from '../image/image.js';
import type { LocatedModel } from '../models/located-model.js';
import { isSameStamp } from '../models/store/store.js';

/** The sha256 of a whole file that somebody has written down before. */
export interface KnownDigest {
  readonly sha256: string;
  /** As the file was then; without one the digest is of what the file should be, whatever it is. */
  readonly stamp?: FileStamp | undefined;
}

/** What the store, or the name of a blob in another program's cache, has for a file of a model. */
export function knownDigest(
  model: LocatedModel | undefined,
  fileName: string,
): KnownDigest | undefined {
  const file = model?.files.find((each) => each.fileName === fileName);
  return file?.sha256 === undefined ? undefined : { sha256: file.sha256, stamp: file.stamp };
}

/** The digest of a file that is as it was when that was written down; nothing is read. */
export function digestIfUnchanged(
  known: KnownDigest | undefined,
  looked: Pick<HostFile, 'sizeBytes' | 'mtimeNs'>,
): string | undefined {
  const isUnchanged = known?.stamp === undefined || isSameStamp(known.stamp, looked);
  return isUnchanged ? known?.sha256 : undefined;
}
