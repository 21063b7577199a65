import { ZosiaError } from '../errors.js';
import { isVmdkDescriptor } from '../formats/vmdk/reader.js';
import { accessFile } from '../host/access-file.js';
import { isFile } from '../host/host-file.js';
import { openVmdk } from '../inspect/vmdk-disk.js';
import type { OpenVmdkOptions } from '../inspect/vmdk-disk.js';
import { withHeldBlobs } from '../models/store/hold-blobs.js';

/**
 * Does something with a disk while the blobs of the models' store that it refers to, if it is a VMDK, are marked as in
 * use: nobody removes them meanwhile.
 *
 * @param path of a disk that was written before; what is wrong with it is for `use` to tell
 * @throws whatever `use` throws
 */
export async function withHeldDisk<T>(
  path: string | undefined,
  use: () => Promise<T>,
  { signal, ...options }: OpenVmdkOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const isThere = path !== undefined && (await isFile(path));
  const files = isThere ? await filesOf(path, options).catch(noneIfUnusable) : [];
  return withHeldBlobs(files, use, signal);
}

function noneIfUnusable(error: unknown): string[] {
  if (error instanceof ZosiaError) return [];
  throw error;
}

/** The files that a disk is made of beside its own; none for one that is no VMDK. */
async function filesOf(path: string, options: OpenVmdkOptions): Promise<string[]> {
  const file = await accessFile(path);
  try {
    if (!(await isVmdkDescriptor(file))) return [];
    const { disk, files } = await openVmdk(file, path, options);
    await disk.close();
    return files.map((each) => each.path);
  } finally {
    await file.close();
  }
}
