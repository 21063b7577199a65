/**
 * The one spelling of a path in an image or archive: absolute, without `.`, doubled or trailing slashes.
 * Archives name the same file `usr/bin/x`, `./usr/bin/x` or `/usr/bin/x`; here it is `/usr/bin/x`.
 *
 * @param name text, or a byte string
 * @returns undefined when the name is empty, holds a NUL, or climbs with `..`: such a name could leave
 * the folder or root it is unpacked under, and no honest archive needs one
 */
export function memberPath(name: string): string | undefined {
  if (name === '' || name.includes('\0')) return undefined;
  const components = name.split('/').filter((part) => part !== '' && part !== '.');
  return components.includes('..') ? undefined : `/${components.join('/')}`;
}

/** The names along a {@link memberPath}; none for the root. */
export function pathNames(path: string): string[] {
  return path === '/' ? [] : path.slice(1).split('/');
}

/** The folder an absolute member path lies in; the root's is the root. */
export function parentPath(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
