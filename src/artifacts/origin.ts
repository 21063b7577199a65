import { fileURLToPath } from 'node:url';
import { ZosiaError } from '../errors.js';

/** Where an argument `DIR|TARBALL|URL` says that something is: at a path of this host, or at a URL to download. */
export type Origin = { readonly path: string } | { readonly url: URL };

/** @throws ZosiaError `ZOSIA_BAD_OPTION` for a URL of another kind, or one of a file that no path can name */
export function parseOrigin(from: string): Origin {
  const url = urlOf(from);
  if (!url) return { path: from };
  return url.protocol === 'file:' ? { path: pathOf(url) } : { url };
}

/**
 * What messages and locks call an origin: a URL without what may be secret in it, user name, password and query;
 * a path as it was given.
 *
 * @throws ZosiaError as {@link parseOrigin}
 */
export function originName(from: string): string {
  const url = urlOf(from);
  return url ? `${url.protocol}//${url.host}${url.pathname}` : from;
}

function urlOf(from: string): URL | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(from)) return undefined;
  const url = URL.canParse(from) ? new URL(from) : undefined;
  const isKnown = url && ['http:', 'https:', 'file:'].includes(url.protocol);
  if (isKnown && isDecodable(url)) return url;
  throw new ZosiaError('ZOSIA_BAD_OPTION', 'this is no URL that zosia can fetch from', {
    hint: 'Give one that begins with https://, http:// or file://.',
  });
}

/** Of a file: URL, which may name another host, or have an encoded slash or NUL in it. */
function pathOf(url: URL): string {
  if (url.host !== '') throw noPath('it names another host');
  if (/%(?:2f|00)/i.test(url.pathname)) throw noPath('a name in it has a slash or a NUL');
  return fileURLToPath(url);
}

const noPath = (why: string): ZosiaError =>
  new ZosiaError('ZOSIA_BAD_OPTION', `this file:// URL is of no file of this host: ${why}`, {
    hint: 'Give the path itself, or file:/// with the path behind it.',
  });

/** Whether what is percent-encoded in it is UTF-8. */
function isDecodable({ pathname, username, password }: URL): boolean {
  try {
    [pathname, username, password].forEach(decodeURIComponent);
    return true;
  } catch {
    return false;
  }
}
