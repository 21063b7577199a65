import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/**
 * A folder for the tests of the enclosing describe or file, removed after them. Its name has a space
 * and a letter outside ASCII, and it lies behind a symbolic link, as all temporary folders of macOS do
 * (`/var` is one): so every test also tests such paths.
 */
export function temporaryFolder(): { readonly path: string; file(name: string): string } {
  let root: string | undefined;
  let path: string | undefined;
  const made = (): string => {
    // An empty path would be the folder that the tests run in.
    if (path === undefined) throw new Error('the temporary folder is there only once tests run');
    return path;
  };
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'zosia tést-'));
    path = join(root, 'link', 'folder');
    await mkdir(join(root, 'private', 'folder'), { recursive: true });
    await symlink('private', join(root, 'link'));
  });
  afterAll(async () => {
    if (root !== undefined) await rm(root, { recursive: true, force: true });
  });
  return {
    get path() {
      return made();
    },
    file: (name) => join(made(), name),
  };
}
