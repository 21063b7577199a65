import { fileURLToPath } from 'node:url';

/**
 * What `import ... from 'zosia'` means in tests: the library's source, as the paths of tsconfig.json have it,
 * and so the same modules that other tests import file by file.
 */
const LIBRARY = fileURLToPath(new URL('../../src/library/', import.meta.url));

export const ZOSIA_ALIAS = [
  { find: /^zosia$/, replacement: `${LIBRARY}core.ts` },
  { find: /^zosia\/(.*)$/, replacement: `${LIBRARY}$1.ts` },
];
