import { fileURLToPath } from 'node:url';

/** The program `terminal-session.mjs`. */
export const TERMINAL_SESSION = fileURLToPath(new URL('terminal-session.mjs', import.meta.url));
