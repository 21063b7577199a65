import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { fingerprintOf } from '../keys/fingerprint.js';
import type { Fingerprint } from '../keys/fingerprint.js';
import type { WorkerKey } from '../keys/worker-key.js';

/** What both sides have to agree on: nothing else that speaks TLS takes a tunnel for its own. */
const PROTOCOL = 'zosia-tunnel/1';

/**
 * How both sides set up TLS. What Node.js verifies by itself (who signed a certificate, its names, its dates) says
 * nothing here: `shownKey` is asked instead, before anything is sent or read. That the other side has the private
 * key, it has shown by then: in TLS 1.3 each side signs the handshake with it.
 */
export const tlsOptions = ({ cert, key }: WorkerKey) =>
  ({
    cert,
    key,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    ALPNProtocols: [PROTOCOL],
  }) satisfies ConnectionOptions;

/** The key that the other side has shown; undefined where it has shown none, or none just now. */
export function shownKey(socket: TLSSocket): Fingerprint | undefined {
  // What was resumed was verified at another time, by other rules perhaps.
  if (socket.isSessionReused() || socket.alpnProtocol !== PROTOCOL) return undefined;
  if (socket.getProtocol() !== 'TLSv1.3') return undefined;
  try {
    const certificate = socket.getPeerX509Certificate();
    return certificate && fingerprintOf(certificate.publicKey);
  } catch {
    // A key of a kind that Node.js does not know is none of ours.
    return undefined;
  }
}
