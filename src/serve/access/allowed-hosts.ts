import { isIP, isIPv6 } from 'node:net';
import { isLoopback } from '../../host/loopback.js';

/** What this host is called by who is on it. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** An address that stands for all of this host. */
const isEverywhere = (host: string): boolean => isIP(host) !== 0 && /^[0.:]+$/.test(host);

/**
 * The names that requests may be for, so that no page of another site can have its own name resolve to this host (DNS
 * rebinding). Who listens everywhere is called by names that cannot be known: a key is needed there in any case.
 *
 * @param hosts where the server listens
 * @param named further names
 * @returns undefined: any
 */
export function allowedHosts(
  hosts: readonly string[],
  named: readonly string[] | undefined = [],
): readonly string[] | undefined {
  if (hosts.some(isEverywhere) && named.length === 0) return undefined;
  return [...new Set([...hosts.flatMap(namesOf), ...named])];
}

const namesOf = (host: string): string[] => [
  ...(isLoopback(host) || isEverywhere(host) ? LOOPBACK_NAMES : []),
  isIPv6(host) ? `[${host}]` : host,
];
