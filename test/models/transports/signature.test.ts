import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { afterEach, afterAll, describe, expect, it } from 'vitest';
import { openHttpClient } from '../../../src/download/api.js';
import { parseReference } from '../../../src/models/references/parse-reference.js';
import { resolveReference } from '../../../src/models/resolve/resolve-reference.js';
import type { RemoteReference } from '../../../src/models/resolve/resolve-reference.js';
import type { ResolvedModel } from '../../../src/models/resolved-model.js';
import { zosiaError } from '../../support/errors.js';
import { startOci } from '../../support/model-servers/oci.js';
import { MODELPACK, MODELPACK_RAW, pack } from '../../support/model-servers/packed-model.js';
import type { PackedModel } from '../../support/model-servers/packed-model.js';
import type { ModelServer } from '../../support/model-servers/served-bytes.js';

const http = openHttpClient({ attempts: 1 });
const MODEL = pack(
  [{ mediaType: MODELPACK_RAW, bytes: Buffer.from('GGUF'), path: 'x.gguf' }],
  MODELPACK,
);
const PAIRS = {
  'ECDSA over P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
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

/** The payload that cosign signs (cosign, specs/SIGNATURE_SPEC.md, "Simple Signing"). */
const payloadOf = (digest: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': 'registry.example/o/x' },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );

interface Signing {
  readonly payload?: Buffer;
  /** What is served in place of what has been signed. */
  readonly served?: Buffer;
  readonly annotations?: Record<string, string>;
}

/** As `cosign sign --key` puts it beside a model. */
function signed(
  key: KeyObject,
  { payload = payloadOf(MODEL.digest), served = payload, annotations }: Signing = {},
): PackedModel {
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const signature = sign(digest, payload, key).toString('base64');
  return pack([
    {
      mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
      bytes: served,
      annotations: annotations ?? { 'dev.cosignproject.cosign/signature': signature },
    },
  ]);
}

async function resolve(publicKey: string, signature?: PackedModel): Promise<ResolvedModel> {
  const tag = `o/x:${MODEL.digest.replace(':', '-')}.sig`;
  server = await startOci({ models: { 'o/x:v1': MODEL, ...(signature && { [tag]: signature }) } });
  const reference = parseReference(`oci:${server.host}/o/x:v1`) as RemoteReference;
  return resolveReference(reference, { http, publicKey });
}

describe('a signature of cosign', () => {
  it.each(Object.entries(PAIRS))('is verified: %s', async (_, { publicKey, privateKey }) => {
    const model = await resolve(pem(publicKey), signed(privateKey));
    expect(model.source.revision).toBe(MODEL.digest);
  });

  it('has to be there', async () => {
    await expect(resolve(pem(EC.publicKey))).rejects.toThrow(zosiaError('ZOSIA_SIGNATURE_MISSING'));
  });

  const flipped = payloadOf(MODEL.digest);
  flipped[30]! ^= 1;
  const notKnown = Buffer.from(JSON.stringify({ critical: { image: {} } }));
  it.each<[string, Signing, RegExp]>([
    ['a payload that was changed', { served: flipped }, /private key/],
    ['another manifest', { payload: payloadOf(`sha256:${'00'.repeat(32)}`) }, /another manifest/],
    ['no signature', { annotations: {} }, /without a signature/],
    ['nonsense', { annotations: { 'dev.cosignproject.cosign/signature': '%%%' } }, /private key/],
    ['a payload of another kind', { payload: notKnown }, /no payload of cosign/],
  ])('does not hold with %s', async (_, signing, message) => {
    await expect(resolve(pem(EC.publicKey), signed(EC.privateKey, signing))).rejects.toThrow(
      expect.objectContaining({
        code: 'ZOSIA_SIGNATURE_WRONG',
        message: expect.stringMatching(message),
      }),
    );
  });

  it('does not hold with another key', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await expect(resolve(pem(publicKey), signed(EC.privateKey))).rejects.toThrow(
      zosiaError('ZOSIA_SIGNATURE_WRONG'),
    );
    await server!.close();
    await expect(resolve(pem(PAIRS.RSA.publicKey), signed(EC.privateKey))).rejects.toThrow(
      zosiaError('ZOSIA_SIGNATURE_WRONG'),
    );
  });

  it('is enough, where others beside it do not hold', async () => {
    const parts = [signed(PAIRS.RSA.privateKey), signed(EC.privateKey)].map(
      ({ manifest }) => JSON.parse(Buffer.from(manifest).toString()) as { layers: object[] },
    );
    const manifest = Buffer.from(JSON.stringify({ layers: parts.flatMap(({ layers }) => layers) }));
    const both = { ...signed(EC.privateKey), manifest, digest: `sha256:${sumOf(manifest)}` };
    await expect(resolve(pem(EC.publicKey), both)).resolves.toMatchObject({ name: 'x' });
  });

  it.each([
    ['nothing', ''],
    ['a private key', EC.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['a key that cannot sign', pem(generateKeyPairSync('x25519').publicKey)],
  ])('is not looked for with %s', async (_, key) => {
    await expect(resolve(key, signed(EC.privateKey))).rejects.toThrow(
      zosiaError('ZOSIA_BAD_OPTION'),
    );
  });
});

it('a key is refused for what is not signed, rather than passed over', async () => {
  for (const text of ['hf:a/b', 'ollama:x', 'https://example.org/x.gguf', 'phi-3.5-mini']) {
    const reference = parseReference(text) as RemoteReference;
    const asked = resolveReference(reference, { http, publicKey: pem(EC.publicKey) });
    await expect(asked).rejects.toThrow(zosiaError('ZOSIA_BAD_OPTION'));
  }
});

const sumOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
