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

/** undici's words for a server that keeps a connection and does nothing with it. */
const SILENT: Readonly<Record<string, string>> = {
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer (UND_ERR_HEADERS_TIMEOUT)',
  UND_ERR_BODY_TIMEOUT: 'it sends nothing any more (UND_ERR_BODY_TIMEOUT)',
};

/**
 * How the codes begin that undici, its parser of HTTP, and OpenSSL under Node give to a broken exchange.
 */
const BROKEN_EXCHANGE = /^(UND_ERR_|HPE_|ERR_SSL_|EPROTO$)/;

/** What undici's parser says of answers that have bad headers; a server that sends them sends them again. */
const BAD_HEADERS = /Content-Length|header|Transfer-Encoding|response status|HTTP version/i;

/** The failure of a server that breaks the rules of HTTP, in words. */
export const notAsItShouldBe = (problem: string): NetworkFailure => ({
  reason: `its answer is not HTTP as it should be: ${problem}`,
  isTransient: false,
  hint: 'The server, or what answers in its place, has to be mended: it would answer the same again.',
});

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
  if (Object.hasOwn(SILENT, code)) return { reason: SILENT[code]!, isTransient: true };
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return notAsItShouldBe('its headers are too long');
  if (error.name === 'HTTPParserError') {
    const [, problem = ''] = /\(([^()]*)\)$/.exec(error.message) ?? [];
    if (BAD_HEADERS.test(problem)) return notAsItShouldBe(problem);
  }
  if (isNetworkFailure(error)) return { reason: systemReason(error), isTransient: true };
  // undici names its parser's code for some errors alone: not where the other side speaks no HTTP.
  if (!BROKEN_EXCHANGE.test(code) && error.name !== 'HTTPParserError') return undefined;
  return { reason: error.message === '' ? code : error.message, isTransient: true };
}
