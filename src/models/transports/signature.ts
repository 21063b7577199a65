import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { bundledSignatures } from './signature-bundle.js';
import { readPublicKey } from './signing-key.js';
import { simpleSignatures } from './simple-signing.js';
import type { Manifest, Registry } from './registry.js';

/**
 * Checks that a manifest is signed with the private key of a public one, as `cosign sign --key` does it, in either of
 * its forms. One signature that holds is enough.
 *
 * @param manifest the manifest, or index, that the reference leads to
 * @param publicKey in PEM: see {@link readPublicKey}
 * @param what what messages call the model
 * @throws ZosiaError `ZOSIA_SIGNATURE_MISSING`, `ZOSIA_SIGNATURE_WRONG`; as `readPublicKey` and the registry
 */
export async function verifySignature(
  registry: Registry,
  manifest: Manifest,
  publicKey: string,
  what: string,
): Promise<void> {
  const key = readPublicKey(publicKey);
  let problem: string | undefined;
  for (const signatures of [
    simpleSignatures(registry, manifest.digest, key),
    bundledSignatures(registry, manifest, key),
  ]) {
    for await (const found of signatures) {
      if (found === undefined) return;
      problem = found;
    }
  }
  if (problem === undefined) {
    throw new ZosiaError('ZOSIA_SIGNATURE_MISSING', `${what} is not signed`, {
      hint: wording`Leave ${option('publicKey')} out to take it unsigned. Signatures are looked for where cosign puts them, beside the model.`,
    });
  }
  throw new ZosiaError(
    'ZOSIA_SIGNATURE_WRONG',
    `the signature of ${what} does not hold: ${problem}`,
    {
      hint: wording`Nothing has been downloaded. Check that ${option('publicKey')} is of whoever publishes it.`,
    },
  );
}
