import { folders } from '../../src/cli/environment.js';

/** Where the host that the tests run on has its programs, and what zosia keeps. */
export const HOST = folders();
