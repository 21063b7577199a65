import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHttpClient } from '../../src/download/api.js';
import { parseReference } from '../../src/models/references/parse-reference.js';
import { resolveReference } from '../../src/models/resolve/resolve-reference.js';
import type { RemoteReference } from '../../src/models/resolve/resolve-reference.js';
import type { ResolvedModel } from '../../src/models/resolved-model.js';
import { zosiaError } from '../support/errors.js';
import { runDockerRegistry } from '../support/model-servers/docker-registry.js';
import type { RunningRegistry } from '../support/model-servers/docker-registry.js';
import { packOllama } from '../support/model-servers/ollama.js';
import {
  DOCKER,
  DOCKER_GGUF,
  MODELPACK,
  MODELPACK_RAW,
  pack,
  packIndex,
} from '../support/model-servers/packed-model.js';
import { push } from '../support/model-servers/push.js';
import { sha256 } from '../support/model-servers/served-bytes.js';
import { describeWithPrograms } from '../support/programs.js';

const gguf = (text: string): Buffer => Buffer.from(`GGUF ${text.repeat(1000)}`);

describeWithPrograms(['docker-registry'], 'models in a registry of Docker', () => {
  const http = openHttpClient({ attempts: 1 });
  let registry: RunningRegistry;
  beforeAll(async () => {
    registry = await runDockerRegistry();
  });
  afterAll(async () => {
    await registry.close();
    await http.close();
  });

  const resolve = (text: string, publicKey?: string): Promise<ResolvedModel> =>
    resolveReference(parseReference(text) as RemoteReference, { http, publicKey });

  /** The bytes of all files, as the registry gives them. */
  const contents = async ({ files }: ResolvedModel): Promise<Buffer[]> =>
    Promise.all(
      files.map(async ({ url, sha256: digest, sizeBytes }) => {
        const { bytes } = await http.request(url, { what: 'a blob' });
        expect([sha256(bytes), bytes.length]).toEqual([digest, sizeBytes]);
        return Buffer.from(bytes);
      }),
    );

  it('are found by tag and by digest, as ModelPack packs them', async () => {
    const packed = pack(
      [
        { mediaType: MODELPACK_RAW, bytes: gguf('2'), path: 'm/x-00002-of-00002.gguf' },
        { mediaType: MODELPACK_RAW, bytes: gguf('1'), path: 'm/x-00001-of-00002.gguf' },
      ],
      { ...MODELPACK, config: { descriptor: { licenses: ['MIT'] } } },
    );
    await push(registry.url, 'o/packed', 'v1', packed);
    const model = await resolve(`oci:${registry.host}/o/packed:v1`);
    expect(model.source.revision).toBe(packed.digest);
    expect(model.licence).toBe('MIT');
    expect(await contents(model)).toEqual([gguf('1'), gguf('2')]);
    expect(await resolve(model.reference)).toEqual(model);
  });

  it('are found as Docker packs them, and in an index', async () => {
    const packed = pack(
      [
        { mediaType: DOCKER_GGUF, bytes: gguf('d') },
        { mediaType: 'application/vnd.docker.ai.mmproj', bytes: gguf('p') },
        { mediaType: 'application/vnd.docker.ai.license', bytes: Buffer.from('MIT License\n') },
      ],
      DOCKER,
    );
    await push(registry.url, 'ai/x', 'one', packed);
    await push(registry.url, 'ai/x', 'all', packIndex([{ model: packed }]));
    for (const tag of ['one', 'all']) {
      const model = await resolve(`oci:${registry.host}/ai/x:${tag}`);
      expect([model.name, model.licence]).toEqual([`x-${tag}`, 'MIT']);
      expect(await contents(model)).toEqual([gguf('d'), gguf('p')]);
    }
  });

  it('are found as Ollama packs them', async () => {
    const packed = packOllama({ model: gguf('o'), licence: 'MIT License\n', template: 't' });
    await push(registry.url, 'library/x', '1b', packed);
    const model = await resolve(`ollama:${registry.host}/x:1b`);
    expect([model.source.revision, model.licence]).toEqual([packed.digest, 'MIT']);
    expect(await contents(model)).toEqual([gguf('o')]);
  });

  it('have the signature that lies beside them, or are refused', async () => {
    const packed = pack([{ mediaType: DOCKER_GGUF, bytes: gguf('s') }], DOCKER);
    await push(registry.url, 'o/signed', 'v1', packed);
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const reference = `oci:${registry.host}/o/signed:v1`;
    await expect(resolve(reference, key)).rejects.toThrow(zosiaError('ZOSIA_SIGNATURE_MISSING'));

    const payload = Buffer.from(
      JSON.stringify({
        critical: {
          identity: { 'docker-reference': `${registry.host}/o/signed` },
          image: { 'docker-manifest-digest': packed.digest },
          type: 'cosign container image signature',
        },
        optional: {},
      }),
    );
    const signature = sign('sha256', payload, privateKey).toString('base64');
    const layer = {
      mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
      bytes: payload,
      annotations: { 'dev.cosignproject.cosign/signature': signature },
    };
    const tag = `${packed.digest.replace(':', '-')}.sig`;
    await push(registry.url, 'o/signed', tag, pack([layer]));
    expect(await contents(await resolve(reference, key))).toEqual([gguf('s')]);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    const otherKey = other.export({ type: 'spki', format: 'pem' }).toString();
    await expect(resolve(reference, otherKey)).rejects.toThrow(zosiaError('ZOSIA_SIGNATURE_WRONG'));
  });

  it('are not there, where nobody has put them', async () => {
    for (const text of [`oci:${registry.host}/o/none`, `ollama:${registry.host}/none`]) {
      await expect(resolve(text)).rejects.toThrow(zosiaError('ZOSIA_MODEL_NOT_FOUND'));
    }
  });
});
