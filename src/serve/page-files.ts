import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ZosiaError } from '../errors.js';
import { sha256Bytes } from '../image/sha256.js';
import { PATHS, chatDocument } from './page/document.js';
import { STYLE } from './page/style.js';

/** Built from `page/browser`; from here it is as far from the sources as from what is built of them. */
const SCRIPT = fileURLToPath(new URL('../../dist/page/chat.js', import.meta.url));

/**
 * The page asks its own server alone, runs its own program alone, and makes markup of no text: with trusted
 * types, `innerHTML` throws.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
  '<rect width="32" height="32" rx="8" fill="#1f6fb2"/>' +
  '<path d="M9 9h14v3L13.5 20H23v3H9v-3l9.5-8H9z" fill="#fff"/></svg>';

/** A file that a server sends as it is. */
export interface PageFile {
  /** Its media type. */
  readonly type: string;
  readonly body: Uint8Array;
  /** What is sent along with it, by names in lower case, `content-type` among them. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The files of the chat page, by their paths on the server. They are open to everybody: what needs a key is
 * the API that they ask.
 *
 * @throws ZosiaError `ZOSIA_INSTALLATION_DAMAGED`
 */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const script = await readFile(SCRIPT, 'utf8').catch((cause: unknown) => {
    throw new ZosiaError('ZOSIA_INSTALLATION_DAMAGED', `${SCRIPT} cannot be read`, {
      hint: 'Install zosia again; in a clone, run `npm run build`.',
      cause,
    });
  });
  return new Map([
    ['/', pageFile('text/html; charset=utf-8', chatDocument())],
    [PATHS.script, pageFile('text/javascript; charset=utf-8', script)],
    [PATHS.style, pageFile('text/css; charset=utf-8', STYLE)],
    [PATHS.icon, pageFile('image/svg+xml', ICON)],
  ]);
}

function pageFile(type: string, text: string): PageFile {
  return {
    type,
    body: new TextEncoder().encode(text),
    headers: {
      'content-type': type,
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-cache',
      etag: `"${Buffer.from(sha256Bytes(text)).toString('base64url')}"`,
    },
  };
}
