import { systemErrorCode } from '../errors.js';
import { isNetworkFailure, systemReason } from '../host/system-errors.js';

/** A failure of the network, in words. */
export interface NetworkFailure {
  readonly reason: string;
  /** Whether another try may do better. */
  readonly isTransient: boolean;
  /** What to do, where that is not to look after the network. */
  readonly hint?: string | undefined;
}

/** OpenSSL's verdicts on a chain that ends in a certificate which nobody here trusts (Node.js: TLS, X509 codes). */
const UNTRUSTED: readonly string[] = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
];

/** Its verdicts on a time; the host's clock is as often wrong as the certificate. */
const UNTIMELY: readonly string[] = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

/** Other verdicts of a certificate's check, which no further try changes. */
const REFUSED: readonly string[] = [
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'CERT_REVOKED',
  'CERT_REJECTED',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_PURPOSE',
];

/** What undici finds of a redirection that it cannot follow, and Node.js of one to what is no URL. */
const UNFOLLOWED: readonly string[] = ['UND_ERR_INVALID_ARG', 'ERR_INVALID_URL'];

/**
 * How the codes begin that undici, its parser of HTTP, and OpenSSL under Node give to a broken exchange.
 */
const BROKEN_EXCHANGE = /^(UND_ERR_|HPE_|ERR_SSL_|EPROTO$)/;

/**
 * What the network did, if it is the network that an error comes from, and not this program or its disk.
 *
 * @param host whom the connection was for
 */
export function networkFailure(error: unknown, host: string): NetworkFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = systemErrorCode(error) ?? '';
  if (UNTRUSTED.includes(code)) {
    return {
      reason: `its certificate comes from nobody that Node.js trusts (${code})`,
      isTransient: false,
      hint:
        `If this network inspects TLS, name its certificate: NODE_EXTRA_CA_CERTS=FILE.pem; or have Node.js ` +
        `22.19, 24.6 or newer trust what the system trusts: NODE_USE_SYSTEM_CA=1.`,
    };
  }
  if (UNTIMELY.includes(code)) {
    return {
      reason: `its certificate is not valid at this host's time (${code})`,
      isTransient: false,
      hint: "Check this host's date and time; if they are right, the other side has to act.",
    };
  }
  if (REFUSED.includes(code)) {
    return {
      reason: `its certificate is not one for ${host} (${code})`,
      isTransient: false,
      hint: 'Something on the way may answer in its place: check the network and proxy settings.',
    };
  }
  if (UNFOLLOWED.includes(code)) {
    const isLoop = error.message.startsWith('Redirect loop');
    return {
      reason: isLoop ? 'it redirects in a circle' : 'it redirects to what is no http or https URL',
      isTransient: false,
    };
  }
  if (isNetworkFailure(error)) return { reason: systemReason(error), isTransient: true };
  // undici names its parser's code for some errors alone: not where the other side speaks no HTTP.
  if (!BROKEN_EXCHANGE.test(code) && error.name !== 'HTTPParserError') return undefined;
  return { reason: error.message === '' ? code : error.message, isTransient: true };
}
