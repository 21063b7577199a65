import { systemErrorCode } from '../../errors.js';

/**
 * The text within a clear signature (RFC 9580, 7), as it was signed. As with apt, one good signature by a
 * known key is needed, others may be by keys that are not known, and none by a known key may be bad.
 *
 * @param now in milliseconds since 1970
 * @param fail makes the error from what is wrong
 */
export async function signedText(
  text: string,
  armoredKeys: string,
  now: number,
  fail: (what: string, cause?: unknown) => Error,
): Promise<string> {
  // Loaded when needed: it is large.
  const { readCleartextMessage, readKeys, verify } = await import('openpgp');
  const verificationKeys = await readKeys({ armoredKeys });
  let result;
  try {
    const message = await readCleartextMessage({ cleartextMessage: text });
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Its types know a class that it does not export.
    result = await verify({ message, verificationKeys, date: new Date(now) });
  } catch (cause) {
    // Not what the system says, of memory for one.
    if (systemErrorCode(cause) !== undefined) throw cause;
    throw fail('it is not signed, or what is around the signature is damaged', cause);
  }
  let goodCount = 0;
  for (const { keyID, verified } of result.signatures) {
    const isKnown = verificationKeys.some((key) => key.getKeys(keyID).length > 0);
    try {
      await verified;
      goodCount++;
    } catch (cause) {
      if (!isKnown) continue;
      const reason = cause instanceof Error ? cause.message : 'it does not fit';
      throw fail(`the signature by key ${keyID.toHex()} is bad (${reason})`, cause);
    }
  }
  if (goodCount === 0) throw fail('it is signed by no key of this archive');
  return result.data;
}
