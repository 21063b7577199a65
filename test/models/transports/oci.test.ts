import { afterEach, afterAll, describe, expect, it } from 'vitest';
import { openHttpClient } from '../../../src/download/api.js';
import { parseReference } from '../../../src/models/references/parse-reference.js';
import { resolveReference } from '../../../src/models/resolve/resolve-reference.js';
import type { RemoteReference } from '../../../src/models/resolve/resolve-reference.js';
import type { ResolvedModel } from '../../../src/models/resolved-model.js';
import { zosiaError } from '../../support/errors.js';
import { startOci } from '../../support/model-servers/oci.js';
import type { OciOptions } from '../../support/model-servers/oci.js';
import {
  DOCKER,
  DOCKER_GGUF,
  MODELPACK,
  MODELPACK_RAW,
  pack,
  packIndex,
} from '../../support/model-servers/packed-model.js';
import type { PackedModel } from '../../support/model-servers/packed-model.js';
import { sha256 } from '../../support/model-servers/served-bytes.js';
import type { ModelServer } from '../../support/model-servers/served-bytes.js';

const http = openHttpClient({ attempts: 1 });
const gguf = (text: string): Uint8Array => Buffer.from(`GGUF ${text}`);
const WEIGHT = { mediaType: MODELPACK_RAW, bytes: gguf('w'), path: 'w-Q4_K_M.gguf' };
const PACKED = pack([WEIGHT], {
  ...MODELPACK,
  config: { descriptor: { licenses: ['Apache-2.0', 'MIT'] }, config: {}, modelfs: {} },
});

let server: ModelServer | undefined;
afterEach(async () => {
  await server?.close();
});
afterAll(() => http.close());

async function resolve(
  model: PackedModel,
  options: Partial<OciOptions> = {},
  version = ':v1',
): Promise<ResolvedModel> {
  server = await startOci({ models: { 'o/x:v1': model }, ...options });
  const reference = parseReference(`oci:${server.host}/o/x${version}`);
  return resolveReference(reference as RemoteReference, { http });
}

describe('a model of an OCI registry', () => {
  it('is resolved to the GGUF that ModelPack has in it, pinned by the digest of its manifest', async () => {
    const model = await resolve(PACKED);
    expect(model).toEqual({
      reference: `oci:${server!.host}/o/x@${PACKED.digest}`,
      name: 'w-Q4_K_M',
      source: { kind: 'oci', repository: `${server!.host}/o/x`, revision: PACKED.digest },
      licence: 'Apache-2.0 AND MIT',
      files: [
        {
          name: 'w-Q4_K_M.gguf',
          fileName: 'w-Q4_K_M.gguf',
          role: 'model',
          url: new URL(`/v2/o/x/blobs/sha256:${sha256(WEIGHT.bytes)}`, server!.url),
          sizeBytes: WEIGHT.bytes.length,
          sha256: sha256(WEIGHT.bytes),
        },
      ],
    });
    await server!.close();
    expect((await resolve(PACKED, {}, `@${PACKED.digest}`)).files[0]!.sha256).toBe(
      sha256(WEIGHT.bytes),
    );
  });

  it('is resolved to the GGUF, projector and licence that Docker has in it', async () => {
    const model = await resolve(
      pack(
        [
          { mediaType: DOCKER_GGUF, bytes: gguf('d') },
          { mediaType: 'application/vnd.docker.ai.mmproj', bytes: gguf('p') },
          {
            mediaType: 'application/vnd.docker.ai.license',
            bytes: Buffer.from('MIT License\n\nCopyright'),
          },
        ],
        DOCKER,
      ),
    );
    expect(model.licence).toBe('MIT');
    expect(model.files.map(({ role, fileName }) => [role, fileName])).toEqual([
      ['model', 'x-v1.gguf'],
      ['projector', 'mmproj-x-v1.gguf'],
    ]);
  });

  it('says which of its layers are not used, but for what people read', async () => {
    const layer = (mediaType: string, path?: string) => ({
      ...{ mediaType, bytes: Buffer.from(mediaType + String(path)) },
      ...(path !== undefined && { path }),
    });
    const template = 'application/vnd.docker.ai.chat.template.file';
    const config = 'application/vnd.cncf.model.weight.config.v1.raw';
    const { notes, files } = await resolve(
      pack([
        { mediaType: DOCKER_GGUF, bytes: gguf('d') },
        layer(template),
        layer(config, 'tokenizer.json'),
        layer('application/vnd.docker.ai.license'),
        layer('application/vnd.cncf.model.doc.v1.raw', 'README.md'),
      ]),
    );
    expect(files).toHaveLength(1);
    expect(notes).toEqual([
      `not used of oci:${server!.host}/o/x:v1: ${template}, tokenizer.json (${config})`,
    ]);
  });

  it('is refused, where it is an adapter upon a model, which alone is another one', async () => {
    const asked = resolve(
      pack(
        [
          { mediaType: DOCKER_GGUF, bytes: gguf('d') },
          { mediaType: 'application/vnd.docker.ai.lora', bytes: gguf('l') },
        ],
        DOCKER,
      ),
    );
    await expect(asked).rejects.toThrow(zosiaError('ZOSIA_MODEL_UNUSABLE'));
    await expect(asked).rejects.toThrow(/adapter/);
  });

  it.each([
    ['model', 'model.gguf'],
    ['blobs/my-model.bin', 'my-model.bin.gguf'],
    ['X.GGUF', 'X.GGUF'],
  ])('is a GGUF where Docker says so, with the title %s', async (path, fileName) => {
    const model = await resolve(pack([{ mediaType: DOCKER_GGUF, bytes: gguf('d'), path }], DOCKER));
    expect(model.files.map((file) => file.fileName)).toEqual([fileName]);
  });

  it('has its parts in order, where Docker has it in several without names', async () => {
    const model = await resolve(
      pack([1, 2, 3].map((part) => ({ mediaType: DOCKER_GGUF, bytes: gguf(String(part)) }))),
    );
    expect(model.files.map(({ fileName }) => fileName)).toEqual([
      'x-v1-00001-of-00003.gguf',
      'x-v1-00002-of-00003.gguf',
      'x-v1-00003-of-00003.gguf',
    ]);
    expect(model.files[1]!.sha256).toBe(sha256(gguf('2')));
  });

  it('is found in an index, past what belongs to other manifests', async () => {
    const attestation = pack([
      { mediaType: 'application/vnd.in-toto+json', bytes: Buffer.from('{}') },
    ]);
    const index = packIndex([
      { model: attestation, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } },
      { model: PACKED },
    ]);
    const model = await resolve(index, { untagged: [PACKED, attestation] });
    expect(model.source.revision).toBe(index.digest);
    expect(model.files[0]!.sha256).toBe(sha256(WEIGHT.bytes));
  });

  it('is asked for with an anonymous token, where the registry wants one, and so are its files', async () => {
    const model = await resolve(PACKED, { token: 'of-a-test' });
    const asked = new URL(
      server!.requests.find((request) => request.includes('/token'))!.slice(4),
      server!.url,
    );
    expect(asked.searchParams.get('scope')).toBe('repository:o/x:pull');
    expect(asked.searchParams.get('service')).toBe('registry of a test');
    const [file] = model.files;
    expect(file!.credentials).toEqual({ authorization: 'Bearer of-a-test' });
    const { bytes } = await http.request(file!.url, { what: 'it', credentials: file!.credentials });
    expect(Buffer.from(bytes)).toEqual(Buffer.from(WEIGHT.bytes));
  });

  it.each<[string, string, string]>([
    [
      'a place without encryption',
      'Bearer realm="http://tokens.example/token"',
      'ZOSIA_DOWNLOAD_FAILED',
    ],
    ['no place', 'Bearer realm="token"', 'ZOSIA_MODEL_REFUSED'],
    ['a file', 'Bearer realm="file:///etc/passwd"', 'ZOSIA_DOWNLOAD_FAILED'],
    ['an account', 'Basic realm="x"', 'ZOSIA_MODEL_REFUSED'],
  ])('is refused, where its registry sends to %s for a token', async (_, challenge, code) => {
    await expect(resolve(PACKED, { token: 'x', challenge })).rejects.toThrow(zosiaError(code));
  });

  it('says of a realm that is no URL of the web what it is not', async () => {
    const challenge = 'Bearer realm="file:///etc/passwd"';
    await expect(resolve(PACKED, { token: 'x', challenge })).rejects.toThrow(
      /sends zosia for a token to what is no https URL$/,
    );
  });

  it.each<[string, string, number]>([
    ['a page', '<html></html>', 200],
    ['no token', '{}', 200],
    ['a token that breaks headers', '{"token":"a\\r\\nx: y"}', 200],
    ['a token that is too long', `{"token":"${'x'.repeat(20_000)}"}`, 200],
    ['an error', '{}', 418],
  ])('is refused, where the answer to who wants a token is %s', async (_, body, status) => {
    const asked = resolve(PACKED, {
      token: 'x',
      intercept: ({ url }, response) => {
        if (!url!.startsWith('/token')) return false;
        response.writeHead(status).end(body);
        return true;
      },
    });
    await expect(asked).rejects.toThrow(zosiaError('ZOSIA_DOWNLOAD_FAILED'));
  });

  it.each([
    ['application/vnd.cncf.model.weight.v1.tar', /archive/],
    ['application/vnd.cncf.model.weight.v1.tar+gzip', /archive/],
    ['application/vnd.docker.ai.safetensors', /no GGUF/],
  ])('is refused, where its weights are %s', async (mediaType, message) => {
    await expect(resolve(pack([{ ...WEIGHT, mediaType }], MODELPACK))).rejects.toThrow(
      expect.objectContaining({
        ...{ code: 'ZOSIA_MODEL_UNUSABLE', message: expect.stringMatching(message) },
        hint: expect.stringMatching(/\S/),
      }),
    );
  });

  it('is refused, where it is no model, or has weights in another format', async () => {
    await expect(resolve(pack([]))).rejects.toThrow(zosiaError('ZOSIA_MODEL_UNUSABLE'));
    await server!.close();
    const safetensors = pack([{ ...WEIGHT, path: 'model.safetensors' }], MODELPACK);
    await expect(resolve(safetensors)).rejects.toThrow(zosiaError('ZOSIA_MODEL_UNUSABLE'));
  });

  it.each(['../../x.gguf', '/etc/x.gguf', 'a/.x.gguf', 'a\u001bb.gguf'])(
    'never has a file beside where it belongs: %j',
    async (path) => {
      const asked = resolve(pack([{ ...WEIGHT, path }], MODELPACK));
      const names = await asked.then(
        ({ files }) => files.map(({ fileName }) => fileName),
        (error: unknown) => {
          expect(error).toEqual(zosiaError('ZOSIA_DOWNLOAD_FAILED'));
          return ['x.gguf'];
        },
      );
      expect(names).toEqual(['x.gguf']);
    },
  );

  it('is refused, where two of its files have one name', async () => {
    const layers = [WEIGHT, { ...WEIGHT, bytes: gguf('other') }];
    await expect(resolve(pack(layers, MODELPACK))).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_AMBIGUOUS'),
    );
  });

  it('is not there, where its registry does not have it', async () => {
    await expect(resolve(PACKED, {}, ':v2')).rejects.toThrow(zosiaError('ZOSIA_MODEL_NOT_FOUND'));
  });

  const other = pack([{ ...WEIGHT, bytes: gguf('other') }], MODELPACK);
  it.each<[string, Uint8Array | string]>([
    ['another manifest', other.manifest],
    ['a page', '<html></html>'],
    ['nothing', ''],
    ['too much', `${' '.repeat(5 * 1024 * 1024)}{}`],
    ['a list', '[]'],
  ])('is not believed, where its registry answers to its digest with %s', async (_, body) => {
    const asked = resolve(
      PACKED,
      {
        intercept: (__, response) => {
          response.end(body);
          return true;
        },
      },
      `@${PACKED.digest}`,
    );
    await expect(asked).rejects.toThrow(zosiaError('ZOSIA_DOWNLOAD_FAILED'));
  });

  it.each<[string, object]>([
    ['a size below nothing', { size: -1 }],
    ['a digest of another kind', { digest: 'md5:00' }],
    ['a digest that leads elsewhere', { digest: '../../x' }],
    ['no media type', { mediaType: undefined }],
  ])('is not believed, where a layer has %s', async (_, change) => {
    const layer = { mediaType: MODELPACK_RAW, digest: PACKED.digest, size: 1, ...change };
    const manifest = Buffer.from(JSON.stringify({ layers: [layer] }));
    const packed = { ...PACKED, manifest, digest: `sha256:${sha256(manifest)}` };
    await expect(resolve(packed)).rejects.toThrow(zosiaError('ZOSIA_DOWNLOAD_FAILED'));
  });

  it('is not believed, where the length of a manifest in its index, or of its configuration, is another', async () => {
    const liar = { ...PACKED, manifest: Buffer.concat([PACKED.manifest, Buffer.from(' ')]) };
    const index = packIndex([{ model: liar }]);
    await expect(resolve(index, { untagged: [PACKED] })).rejects.toThrow(/another length/);
    await server!.close();
    const parsed = JSON.parse(Buffer.from(PACKED.manifest).toString()) as {
      config: { size: number };
    };
    for (const size of [1, parsed.config.size + 1]) {
      const manifest = Buffer.from(
        JSON.stringify({ ...parsed, config: { ...parsed.config, size } }),
      );
      const packed = { ...PACKED, manifest, digest: `sha256:${sha256(manifest)}` };
      await expect(resolve(packed)).rejects.toThrow(zosiaError('ZOSIA_DOWNLOAD_FAILED'));
      await server!.close();
    }
  });

  it('is not believed, where its configuration is another than its digest says', async () => {
    const asked = resolve(PACKED, {
      intercept: ({ url }, response) => {
        if (!url!.includes('/blobs/')) return false;
        response.end('{"descriptor":{"licenses":["Other"]}}');
        return true;
      },
    });
    await expect(asked).rejects.toThrow(zosiaError('ZOSIA_DOWNLOAD_FAILED'));
  });
});
