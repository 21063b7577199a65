import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openHttpClient } from '../../../src/download/api.js';
import { parseReference } from '../../../src/models/references/parse-reference.js';
import { resolveReference } from '../../../src/models/resolve/resolve-reference.js';
import type { RemoteReference } from '../../../src/models/resolve/resolve-reference.js';
import type { ResolvedModel } from '../../../src/models/resolved-model.js';
import { zosiaError } from '../../support/errors.js';
import { referring, startOci } from '../../support/model-servers/oci.js';
import { MODELPACK, MODELPACK_RAW, pack } from '../../support/model-servers/packed-model.js';
import type { PackedModel } from '../../support/model-servers/packed-model.js';
import type { ModelServer } from '../../support/model-servers/served-bytes.js';
import {
  bundleOf,
  messageBundleOf,
  packBundle,
  signStatement,
} from '../../support/model-servers/signature-bundle.js';
import type { BundleParts } from '../../support/model-servers/signature-bundle.js';

const http = openHttpClient({ attempts: 1 });
const modelOf = (text: string): PackedModel =>
  pack(
    [{ mediaType: MODELPACK_RAW, bytes: Buffer.from(`GGUF${text}`), path: 'x.gguf' }],
    MODELPACK,
  );
const MODEL = modelOf('');
const OTHER = modelOf('other');
const PAIRS = {
  'ECDSA over P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'ECDSA over P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  Ed25519: generateKeyPairSync('ed25519'),
};
const EC = PAIRS['ECDSA over P-256'];
const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

let server: ModelServer | undefined;
afterEach(async () => {
  await server?.close();
});
afterAll(() => http.close());

async function resolve(
  publicKey: KeyObject,
  bundles: readonly PackedModel[],
  hasReferrers = true,
): Promise<ResolvedModel> {
  // Without a list of its own the registry has a tag that stands in for it.
  const list = { [`o/x:${MODEL.digest.replace(':', '-')}`]: referring(bundles, MODEL.digest) };
  server = await startOci({
    models: { 'o/x:v1': MODEL, ...(!hasReferrers && list) },
    untagged: bundles,
    hasReferrers,
  });
  const reference = parseReference(`oci:${server.host}/o/x:v1`) as RemoteReference;
  return resolveReference(reference, { http, publicKey: pem(publicKey) });
}

describe("a signature in a bundle of Sigstore's", () => {
  describe.each(Object.entries(PAIRS))('with %s', (_, { publicKey, privateKey }) => {
    it.each([true, false])('is verified, listed by the registry: %s', async (hasReferrers) => {
      const model = await resolve(publicKey, [bundleOf(MODEL, privateKey)], hasReferrers);
      expect(model.source.revision).toBe(MODEL.digest);
    });

    it('is verified where the manifest itself is signed', async () => {
      const model = await resolve(publicKey, [messageBundleOf(MODEL, privateKey)]);
      expect(model.source.revision).toBe(MODEL.digest);
    });

    it('does not hold with another key', async () => {
      const another = Object.values(PAIRS).find((pair) => pair.publicKey !== publicKey)!;
      for (const bundle of [bundleOf, messageBundleOf]) {
        await expect(resolve(publicKey, [bundle(MODEL, another.privateKey)])).rejects.toThrow(
          zosiaError('ZOSIA_SIGNATURE_WRONG'),
        );
        await server!.close();
      }
    });
  });

  it.each<[string, BundleParts, RegExp]>([
    ['another manifest', { digest: OTHER.digest }, /another manifest/],
    ['another statement', { predicateType: 'https://slsa.dev/provenance/v1' }, /does not vouch/],
    ['a payload of another kind', { payloadType: 'text/plain' }, /no statement/],
    [
      'a payload that was changed',
      { digest: OTHER.digest, served: signStatement(MODEL.digest) },
      /private key/,
    ],
  ])('does not hold with %s', async (_, parts, message) => {
    await expect(resolve(EC.publicKey, [bundleOf(MODEL, EC.privateKey, parts)])).rejects.toThrow(
      expect.objectContaining({
        code: 'ZOSIA_SIGNATURE_WRONG',
        message: expect.stringMatching(message),
      }),
    );
  });

  it('does not hold where another manifest is signed, whatever refers to this one', async () => {
    const [layer] = [...messageBundleOf(OTHER, EC.privateKey).blobs.values()].filter(
      (bytes) => bytes.length > 2,
    );
    const content = JSON.parse(Buffer.from(layer!).toString()) as object;
    await expect(resolve(EC.publicKey, [packBundle(MODEL, content)])).rejects.toThrow(
      zosiaError('ZOSIA_SIGNATURE_WRONG'),
    );
  });

  it('does not hold in a form that is not known, and is no signature in another kind of file', async () => {
    await expect(resolve(EC.publicKey, [packBundle(MODEL, {})])).rejects.toThrow(
      zosiaError('ZOSIA_SIGNATURE_WRONG'),
    );
    await server!.close();
    const sbom = pack([{ mediaType: 'text/spdx', bytes: Buffer.from('x') }], {
      artifactType: 'text/spdx',
      subject: MODEL,
    });
    await expect(resolve(EC.publicKey, [sbom])).rejects.toThrow(
      zosiaError('ZOSIA_SIGNATURE_MISSING'),
    );
  });

  it('is enough, where others beside it do not hold', async () => {
    const bundles = [
      bundleOf(MODEL, EC.privateKey, { predicateType: 'https://cyclonedx.org/bom' }),
      bundleOf(MODEL, PAIRS.RSA.privateKey),
      bundleOf(MODEL, EC.privateKey),
    ];
    await expect(resolve(EC.publicKey, bundles)).resolves.toMatchObject({ name: 'x' });
  });
});
