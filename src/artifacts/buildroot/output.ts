import { stat } from 'node:fs/promises';
import { noSuchFile } from '../../host/file-errors.js';
import type { Architecture } from '../architectures.js';
import { findInArchive } from './archive-output.js';
import { findInFolder } from './folder-output.js';
import { checkChosen } from './found-file.js';
import type { FoundFile } from './found-file.js';
import { chooseOutputs } from './names.js';
import type { Chosen } from './names.js';

/**
 * What is to be taken of an output of Buildroot: its folder, or a tar archive of it.
 *
 * @param origin what messages call it
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, as `chooseOutputs` and `checkChosen`, and as `findInFolder` and
 *   `findInArchive`
 */
export async function openBuildroot(
  path: string,
  {
    origin,
    arch,
    signal,
  }: {
    readonly origin: string;
    readonly arch?: Architecture | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Chosen<FoundFile>> {
  const status = await stat(path).catch((cause: unknown) => {
    throw noSuchFile(path, cause);
  });
  const found = status.isDirectory()
    ? await findInFolder(path)
    : await findInArchive(path, origin, signal);
  const chosen = chooseOutputs(found, origin, arch);
  checkChosen(chosen);
  return chosen;
}
