import { RequestFailure } from './request-failure.js';

const MAX_REDIRECTIONS = 5;

/** RFC 9110, 15.4: those that name another place for what was asked. */
const STATUSES: readonly number[] = [301, 302, 303, 307, 308];

export function isRedirection(status: number, headers: Readonly<Record<string, string>>): boolean {
  return STATUSES.includes(status) && headers['location'] !== undefined;
}

/**
 * Where a redirection leads.
 *
 * @param visited the addresses that led here, this one included
 * @throws RequestFailure where it may not be followed
 */
export function nextUrl(from: URL, location: string, visited: ReadonlySet<string>): URL {
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (next === undefined || !['http:', 'https:'].includes(next.protocol)) {
    throw unfollowed('it redirects to what is no http or https URL');
  }
  // What is named there would be sent to whoever the first host likes.
  next.username = next.password = next.hash = '';
  if (from.protocol === 'https:' && next.protocol === 'http:') {
    throw unfollowed(`it redirects to ${next.host} without TLS`);
  }
  if (visited.has(next.href)) throw unfollowed('it redirects in a circle');
  if (visited.size > MAX_REDIRECTIONS) {
    throw unfollowed(`it redirects more than ${MAX_REDIRECTIONS} times`);
  }
  return next;
}

const unfollowed = (reason: string): RequestFailure =>
  new RequestFailure(reason, { isTransient: false });
