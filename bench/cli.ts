import { fileURLToPath } from 'node:url';

/** The built command line: each `npm run bench...` builds it first. */
export const CLI = fileURLToPath(new URL('../dist/bin/main.js', import.meta.url));
