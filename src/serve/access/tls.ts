import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ZosiaError } from '../../errors.js';
import { unreadable } from '../../host/file-errors.js';
import { OF_OTHERS } from '../../host/private-file.js';
import { readTextFile } from '../../host/text-file.js';
import { shellPath } from '../../shell-word.js';
import { option, wording } from '../../wording.js';
import type { Text } from '../../wording.js';

/** What a server that speaks TLS shows and signs with, both in PEM. */
export interface TlsPair {
  /** The server's certificate first, then those that lead from it to one that clients know. */
  readonly cert: string;
  readonly key: string;
  /** What does not keep it from working, but should be mended. */
  readonly notes: readonly string[];
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** When a certificate's end is near: authorities that renew by themselves have done so by then. */
const NEAR_DAYS = 14;

/**
 * Reads a certificate and its private key, and finds out whether a server can use them.
 *
 * @param now the time by which a certificate is valid
 * @throws ZosiaError `ZOSIA_TLS_CERT_INVALID`, `ZOSIA_TLS_CERT_EXPIRED` (or not valid yet),
 *   `ZOSIA_TLS_KEY_INVALID`, `ZOSIA_TLS_MISMATCH`, `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`
 */
export async function readTls(
  certPath: string,
  keyPath: string,
  now: Date = new Date(),
): Promise<TlsPair> {
  const [cert, key] = await Promise.all([readTextFile(certPath), readTextFile(keyPath)]);
  const certificate = readChain(cert, certPath);
  const privateKey = readKey(key, keyPath);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new ZosiaError(
      'ZOSIA_TLS_MISMATCH',
      `the key ${keyPath} is not that of the certificate ${certPath}`,
      {
        hint: wording`Give the pair by ${option('tlsCert')} and ${option('tlsKey')}; the server's own certificate comes first in its file.`,
      },
    );
  }
  const note = checkValidity(certificate, certPath, now);
  checkUse(cert, key, certPath);
  const notes = [note, await permissionNote(keyPath)];
  return { cert, key, notes: notes.filter((each) => each !== undefined) };
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The server's certificate; those after it have to be some, too. */
function readChain(text: string, path: string): X509Certificate {
  const blocks = text.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) throw badCertificate(`${path} has no certificate in PEM`);
  const [own] = blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw badCertificate(`certificate ${index + 1} of ${path} cannot be read`, error);
    }
  });
  return own!;
}

function readKey(text: string, path: string): KeyObject {
  if (!text.includes('PRIVATE KEY-----')) throw badKey(`${path} has no private key in PEM`);
  if (/BEGIN ENCRYPTED PRIVATE KEY|^Proc-Type: *4,ENCRYPTED/m.test(text)) {
    throw badKey(
      `the key ${path} needs a passphrase, for which nobody can be asked`,
      `Make a file without, that only you can read: openssl pkey -in ${shellPath(path)} -out NEW`,
    );
  }
  try {
    return createPrivateKey(text);
  } catch (error) {
    throw badKey(`the key ${path} cannot be read`, undefined, error);
  }
}

function checkValidity(certificate: X509Certificate, path: string, now: Date): string | undefined {
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  if (now < from) {
    throw outdated(`the certificate ${path} is valid from ${day(from)} on, which is to come`, {
      hint: 'Check the clock of this host, or use another certificate.',
    });
  }
  if (now > to) {
    throw outdated(`the certificate ${path} was valid until ${day(to)}`, {
      hint: 'Have it renewed.',
    });
  }
  return to.getTime() - now.getTime() < NEAR_DAYS * DAY_MS
    ? `the certificate ${path} is valid until ${day(to)}: have it renewed`
    : undefined;
}

const day = (date: Date): string => date.toISOString().slice(0, 10);

/** What Node.js takes to be too weak, as a key of few bits, or out of order it says only then. */
function checkUse(cert: string, key: string, path: string): void {
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw badCertificate(`${path} cannot be used for TLS: ${reason}`, error);
  }
}

async function permissionNote(path: string): Promise<string | undefined> {
  const { mode } = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  return (mode & OF_OTHERS) === 0
    ? undefined
    : `other users of this host may read or write the key ${path}: chmod 600 ${shellPath(path)}`;
}

const badCertificate = (message: string, cause?: unknown): ZosiaError =>
  new ZosiaError('ZOSIA_TLS_CERT_INVALID', message, {
    hint: wording`Give a certificate in PEM by ${option('tlsCert')}: it begins with -----BEGIN CERTIFICATE-----.`,
    cause,
  });

const badKey = (message: string, hint?: Text, cause?: unknown): ZosiaError =>
  new ZosiaError('ZOSIA_TLS_KEY_INVALID', message, {
    hint:
      hint ??
      wording`Give a private key in PEM by ${option('tlsKey')}: it begins with -----BEGIN PRIVATE KEY-----.`,
    cause,
  });

const outdated = (message: string, options: { readonly hint: string }): ZosiaError =>
  new ZosiaError('ZOSIA_TLS_CERT_EXPIRED', message, options);
