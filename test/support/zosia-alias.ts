import { fileURLToPath } from 'node:url';

/**
 * What `import ... from 'zosia'` means in tests: the library's source, as the paths of tsconfig.json have it,
 * and so the same modules that other tests import file by file.
 */
export const ZOSIA_ALIAS = [
  { find: /^zosia$/, replacement: fileURLToPath(new URL('../../src/index.ts', import.meta.url)) },
];
