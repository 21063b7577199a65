import { join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { accessFile } from '../../host/access-file.js';
import type { ModelFolder } from './parts.js';

/** A folder of the host. */
export function hostFolder(folder: string): ModelFolder {
  return folderOfPaths((name) => join(folder, name));
}

/**
 * Files of the host that are to be taken for those of one folder, wherever they lie.
 *
 * @param paths by the names that the files go by
 */
export function gatheredFolder(paths: ReadonlyMap<string, string>): ModelFolder {
  return folderOfPaths((name) => paths.get(name));
}

function folderOfPaths(find: (name: string) => string | undefined): ModelFolder {
  return {
    pathOf: (name) => find(name) ?? name,
    async open(name) {
      const path = find(name);
      if (path === undefined) return undefined;
      // Only what is not there is none: of anything else the error says why it is no file that can be read.
      return accessFile(path).catch((error: unknown) => {
        if (error instanceof ZosiaError && error.code === 'ZOSIA_FILE_NOT_FOUND') return undefined;
        throw error;
      });
    },
  };
}
