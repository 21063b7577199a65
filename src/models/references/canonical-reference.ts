import { ZosiaError } from '../../errors.js';
import { digestBytes } from '../../host/digest.js';
import { findEntry } from '../catalogue/catalogue.js';
import { formatReference, parseReference } from './parse-reference.js';
import type { ModelReference } from './reference.js';

/**
 * One spelling for all of the same meaning, and without what may be secret: of the query of a URL its digest is kept.
 *
 * @returns undefined for paths, and what is no reference
 */
export function canonicalReference(text: string): string | undefined {
  try {
    return canonical(parseReference(text));
  } catch (error) {
    if (error instanceof ZosiaError) return undefined;
    throw error;
  }
}

export function canonical(reference: ModelReference): string | undefined {
  if (reference.kind === 'path') return undefined;
  if (reference.kind === 'name') return findEntry(reference.name)?.name ?? reference.name;
  if (reference.kind !== 'https') return formatReference(reference);
  const { origin, pathname, search, hash } = reference.url;
  return `${origin}${pathname}${queryDigest(search)}${hash.toLowerCase()}`;
}

const DIGESTED = /^\?query-sha256=[0-9a-f]{32}$/;

/** What is kept of a query: another query is another file. What has been digested stays as it is. */
export function queryDigest(search: string): string {
  if (search === '' || DIGESTED.test(search)) return search;
  return `?query-sha256=${digestBytes(Buffer.from(search, 'utf8')).slice(0, 32)}`;
}

/** Whether a reference is of a URL whose query is not known any more. */
export const lacksQuery = (reference: ModelReference): boolean =>
  reference.kind === 'https' && DIGESTED.test(reference.url.search);
