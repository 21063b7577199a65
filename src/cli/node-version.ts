/** The oldest Node.js that zosia runs on; package.json says the same to npm. */
export const OLDEST_NODE = '20.12';

/**
 * Why zosia does not run on a version of Node.js, as its user is told; nothing if it does.
 *
 * @param version as in `process.versions.node`
 */
export function refuseOldNode(version: string): string {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return '';
  return (
    `error: zosia needs Node.js ${OLDEST_NODE} or newer, and this is ${version}\n` +
    'hint:  Install one from nodejs.org, or with a version manager; some distributions have an older one.\n'
  );
}
