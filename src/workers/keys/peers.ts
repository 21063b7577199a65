import { ZosiaError } from '../../errors.js';
import { WRITABLE_BY_OTHERS, readPrivateFile } from '../../host/private-file.js';
import { shellPath } from '../../shell-word.js';
import { parseFingerprint } from './fingerprint.js';
import type { Fingerprint } from './fingerprint.js';

/** Somebody whose key is allowed. */
export interface Peer {
  readonly fingerprint: Fingerprint;
  /** What its user calls it. */
  readonly name: string | undefined;
}

/**
 * Reads a file of peers; others than its owner may read it, but not write to it.
 *
 * @throws ZosiaError as `parsePeers`; `ZOSIA_WORKER_PEERS_OPEN`, `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`,
 *   `ZOSIA_FILE_TOO_LARGE`
 */
export async function readPeers(path: string): Promise<Peer[]> {
  const text = await readPrivateFile(path, {
    kind: 'file of allowed keys',
    forbidden: WRITABLE_BY_OTHERS,
    onOpen: () =>
      new ZosiaError(
        'ZOSIA_WORKER_PEERS_OPEN',
        `other users of this host may write to ${path}, and so allow keys of their own`,
        { hint: `Look through it, then keep them out: chmod go-w ${shellPath(path)}` },
      ),
  });
  return parsePeers(text, path);
}

/**
 * Peers, one a line: a fingerprint, and after a blank, if wanted, a name. What begins with `#` is a comment.
 *
 * @param path for messages
 * @throws ZosiaError `ZOSIA_WORKER_PEERS_INVALID`, `ZOSIA_WORKER_FINGERPRINT_INVALID`
 */
export function parsePeers(text: string, path: string): Peer[] {
  const peers: Peer[] = [];
  const lineOf = new Map<string, number>();
  for (const [index, line] of text.split('\n').entries()) {
    const number = index + 1;
    const where = `${path}, line ${number}`;
    const words = line.replace(/(?:^|\s)#.*$/s, '').trim();
    if (words === '') continue;
    const [shown, name, ...others] = words.split(/[ \t]+/);
    const fingerprint = parseFingerprint(shown!, where);
    if (others.length > 0) throw invalid(where, 'more than a fingerprint and a name of one word');
    if (name !== undefined) checkName(name, where);
    for (const known of [fingerprint, name]) {
      if (known === undefined) continue;
      const before = lineOf.get(known);
      if (before !== undefined) throw invalid(where, `${known} is on line ${before} already`);
      lineOf.set(known, number);
    }
    peers.push({ fingerprint, name });
  }
  if (peers.length === 0) throw invalid(path, 'nobody is allowed');
  return peers;
}

/** Printable ASCII: what looks like another name in a terminal is none. */
const NAME = /^[!-~]{1,128}$/;

function checkName(name: string, where: string): void {
  if (!NAME.test(name)) {
    throw invalid(where, 'a name is up to 128 printable ASCII characters, without blanks');
  }
}

/**
 * The keys that whoever is called by a name may show: the one that has this name, or that of its host; or else all that
 * have none. A key with a name is never good for another.
 *
 * @throws ZosiaError `ZOSIA_WORKER_PEER_UNKNOWN`
 */
export function keysOfPeer(peers: readonly Peer[], name: string, host = name): Fingerprint[] {
  const called = (wanted: string | undefined) => peers.filter((peer) => peer.name === wanted);
  const own =
    [called(name), called(host), called(undefined)].find(({ length }) => length > 0) ?? [];
  if (own.length > 0) return own.map(({ fingerprint }) => fingerprint);
  throw new ZosiaError('ZOSIA_WORKER_PEER_UNKNOWN', `no key is allowed for ${name}`, {
    hint: `Add a line to the file of allowed keys: the fingerprint that zosia worker key prints there, a blank, ${name}`,
  });
}

const invalid = (where: string, what: string): ZosiaError =>
  new ZosiaError('ZOSIA_WORKER_PEERS_INVALID', `${where}: ${what}`, {
    hint: 'Write one peer a line: its fingerprint, and a name if you like. Comments begin with #.',
  });
