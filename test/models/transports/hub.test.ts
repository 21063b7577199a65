import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openHttpClient } from '../../../src/download/api.js';
import { parseReference } from '../../../src/models/references/parse-reference.js';
import { resolveReference } from '../../../src/models/resolve/resolve-reference.js';
import type { RemoteReference } from '../../../src/models/resolve/resolve-reference.js';
import type { ResolvedModel } from '../../../src/models/resolved-model.js';
import { zosiaError } from '../../support/errors.js';
import { COMMIT, startHub } from '../../support/model-servers/hub.js';
import type { HubServer } from '../../support/model-servers/hub.js';
import { sha256, startServer } from '../../support/model-servers/served-bytes.js';
import type { Intercept, ModelServer } from '../../support/model-servers/served-bytes.js';

const http = openHttpClient({ attempts: 1 });
const bytes = (text: string): Uint8Array => Buffer.from(`GGUF ${text}`);
const TOKEN = 'hf_of_a_test';

let hub: HubServer;
/** What the next requests are answered with instead. */
let fault: Intercept | undefined;

const many = (count: number): Record<string, Uint8Array> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`doc/${i}.md`, bytes('')]));

beforeAll(async () => {
  hub = await startHub({
    token: TOKEN,
    pageSize: 7,
    intercept: (request, response) => fault?.(request, response) ?? false,
    repos: {
      'a/b': {
        licence: 'mit',
        tags: ['v1'],
        files: {
          ...many(20),
          'README.md': bytes('r'),
          'b-Q4_K_M.gguf': bytes('4'),
          'b-Q8_0.gguf': bytes('8'),
          'mmproj-F16.gguf': bytes('p'),
          'sub folder/b#1-F16.gguf': bytes('16'),
        },
      },
      'a/split': {
        licence: 'other',
        files: {
          'x-Q4_0-00001-of-00002.gguf': bytes('1'),
          'x-Q4_0-00002-of-00002.gguf': bytes('2'),
          'y-Q8_0-00001-of-00002.gguf': bytes('1'),
        },
      },
      'a/gated': { gated: true, files: { 'x.gguf': bytes('x') } },
      'a/private': { isPrivate: true, files: { 'x.gguf': bytes('x') } },
    },
  });
});
afterAll(async () => {
  await hub.close();
  await http.close();
});
afterEach(() => {
  fault = undefined;
});

const resolve = (text: string, hubToken?: string, hubUrl = hub.url): Promise<ResolvedModel> =>
  resolveReference(parseReference(text) as RemoteReference, { http, hubUrl, hubToken });

describe('a model of the hub', () => {
  it('is resolved to its commit, its licence and its files, with sizes and digests', async () => {
    const model = await resolve('hf:a/b');
    expect(model).toEqual({
      reference: `hf:a/b@${COMMIT}/b-Q4_K_M.gguf`,
      name: 'b-Q4_K_M',
      source: { kind: 'hub', repository: 'a/b', revision: COMMIT, hubUrl: hub.url.origin },
      licence: 'MIT',
      files: [
        {
          name: 'b-Q4_K_M.gguf',
          fileName: 'b-Q4_K_M.gguf',
          role: 'model',
          url: new URL(`/a/b/resolve/${COMMIT}/b-Q4_K_M.gguf`, hub.url),
          sizeBytes: 6,
          sha256: sha256(bytes('4')),
        },
        expect.objectContaining({ role: 'projector', fileName: 'mmproj-F16.gguf' }),
      ],
    });
    // Parsed again, it is the same model.
    expect((await resolve(model.reference)).files).toEqual(model.files);
  });

  it('is found by quantisation, tag, file in a folder, and address of its page', async () => {
    expect((await resolve('hf:a/b@v1:q8_0')).files[0]!.fileName).toBe('b-Q8_0.gguf');
    const { files } = await resolve('hf:a/b/sub folder/b#1-F16.gguf');
    expect(files[0]!.url.pathname).toContain('/sub%20folder/b%231-F16.gguf');
    const answer = await http.request(files[0]!.url, { what: 'it' });
    expect(Buffer.from(answer.bytes)).toEqual(Buffer.from(bytes('16')));
    const reference = parseReference(`${hub.url.href}a/b/blob/main/b-Q8_0.gguf`, {
      hubUrl: hub.url,
    });
    const page = await resolveReference(reference as RemoteReference, { http, hubUrl: hub.url });
    expect(page.files[0]!.fileName).toBe('b-Q8_0.gguf');
  });

  it('has all parts of a split one, or is refused before the first byte', async () => {
    const { files, name, licence } = await resolve('hf:a/split:Q4_0');
    expect(files.map(({ fileName }) => fileName)).toEqual([
      'x-Q4_0-00001-of-00002.gguf',
      'x-Q4_0-00002-of-00002.gguf',
    ]);
    expect([name, licence]).toEqual(['x-Q4_0', undefined]);
    await expect(resolve('hf:a/split:Q8_0')).rejects.toThrow(
      expect.objectContaining({ hint: expect.stringContaining('y-Q8_0-00002-of-00002.gguf') }),
    );
  });

  it('gets the token, which goes to nobody but the hub', async () => {
    const before = hub.headers.length;
    const { files } = await resolve('hf:a/private', TOKEN);
    expect(hub.headers.slice(before).every(({ authorization }) => authorization)).toBe(true);
    await http.request(files[0]!.url, { what: 'it', credentials: files[0]!.credentials });
    expect(hub.cdn.headers.at(-1)!.authorization).toBeUndefined();
    expect(files[0]!.credentials).toEqual({ authorization: `Bearer ${TOKEN}` });
  });

  it.each([
    ['hf:a/gated', undefined, 'ZOSIA_MODEL_REFUSED', /gated/, /Agree to its terms/],
    [
      'hf:a/gated',
      'hf_another',
      'ZOSIA_MODEL_REFUSED',
      /gated/,
      /the account that the token is of/,
    ],
    [
      'hf:a/private',
      'hf_another',
      'ZOSIA_MODEL_NOT_FOUND',
      /no model a\/private/,
      /token may read it/,
    ],
    ['hf:a/none', undefined, 'ZOSIA_MODEL_NOT_FOUND', /no model a\/none/, /spelling/],
    ['hf:a/none', TOKEN, 'ZOSIA_MODEL_NOT_FOUND', /no model a\/none/, /spelling/],
    ['hf:a/b@v2', undefined, 'ZOSIA_MODEL_NOT_FOUND', /no branch, tag or commit v2/, /main/],
    ['hf:a/b/none.gguf', undefined, 'ZOSIA_MODEL_NOT_FOUND', /no file none.gguf/, /It has/],
  ])(
    'says of %s with the token %s why it cannot be had',
    async (text, token, code, message, hint) => {
      await expect(resolve(text, token)).rejects.toThrow(
        expect.objectContaining({
          code,
          message: expect.stringMatching(message),
          hint: expect.stringMatching(hint),
        }),
      );
    },
  );

  it('is refused where the hub says so for another reason than terms', async () => {
    fault = (_, response) => {
      response.writeHead(403).end('no');
      return true;
    };
    await expect(resolve('hf:a/b')).rejects.toThrow(zosiaError('ZOSIA_MODEL_REFUSED'));
  });

  it.each<[string, string, RegExp]>([
    ['a page', '<html>Sign in</html>', /not JSON/],
    ['nothing', '', /not JSON/],
    ['JSON that is cut off', '{"sha":"0123', /not JSON/],
    ['a list', '[]', /list/],
    ['a commit that is none', '{"sha":"../../x"}', /sha/],
    ['too much', `{"sha":"${COMMIT}","x":"${'x'.repeat(5_000_000)}"}`, /longer/],
  ])('is not believed, where the hub answers with %s', async (_, body, message) => {
    fault = (__, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(body);
      return true;
    };
    await expect(resolve('hf:a/b')).rejects.toThrow(
      expect.objectContaining({
        code: 'ZOSIA_DOWNLOAD_FAILED',
        message: expect.stringMatching(message),
      }),
    );
  });

  const entry = { type: 'file', path: 'x.gguf', size: 1, oid: COMMIT };
  it.each<[string, unknown]>([
    ['no list', {}],
    ['a negative size', [{ ...entry, size: -1 }]],
    ['a size beyond all numbers', [{ ...entry, size: 1e300 }]],
    ['a digest that is none', [{ ...entry, lfs: { oid: 'x', size: 1 } }]],
    ['a file without a path', [{ ...entry, path: '' }]],
    ['a hidden file', [{ ...entry, path: '.x.gguf' }]],
    ['a file with controls in its name', [{ ...entry, path: 'a\u001b[2Jx.gguf' }]],
    ['a file with a name that is too long', [{ ...entry, path: `${'x'.repeat(300)}.gguf` }]],
  ])('is not believed, where its tree has %s', async (_, tree) => {
    fault = (request, response) => {
      if (!request.url!.includes('/tree/')) return false;
      response.end(JSON.stringify(tree));
      return true;
    };
    await expect(resolve('hf:a/b')).rejects.toThrow(zosiaError('ZOSIA_DOWNLOAD_FAILED'));
  });

  it.each(['../../x.gguf', '/x.gguf', 'a//x.gguf', 'a/./x.gguf', 'a\\..\\x.gguf'])(
    'is none, where its path leads elsewhere: %j',
    async (path) => {
      fault = (request, response) => {
        if (!request.url!.includes('/tree/')) return false;
        const lfs = { oid: '0'.repeat(64), size: 5 };
        response.end(JSON.stringify([{ type: 'file', path, size: 5, lfs }]));
        return true;
      };
      await expect(resolve('hf:a/b')).rejects.toThrow(zosiaError('ZOSIA_MODEL_NOT_FOUND'));
    },
  );

  it('is not looked for without an end, nor at another host', async () => {
    let elsewhere: ModelServer | undefined;
    try {
      elsewhere = await startServer((_, response) => response.end('[]'));
      for (const [target, message] of [
        [hub.url.href, /does not come to an end/],
        [elsewhere.url.href, /elsewhere/],
      ] as const) {
        fault = (request, response) => {
          if (!request.url!.includes('/tree/')) return false;
          response
            .writeHead(200, { link: `<${target}api/models/a/b/tree/x>; rel="next"` })
            .end('[]');
          return true;
        };
        await expect(resolve('hf:a/b', TOKEN)).rejects.toThrow(
          expect.objectContaining({ message: expect.stringMatching(message) }),
        );
      }
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere?.close();
    }
  });

  it('is not taken from a list that has one path twice', async () => {
    const entry = { type: 'file', path: 'x-Q4_0.gguf', size: 1 };
    fault = (request, response) => {
      if (!request.url!.includes('/tree/')) return false;
      response.writeHead(200).end(JSON.stringify([entry, entry]));
      return true;
    };
    await expect(resolve('hf:a/b', TOKEN)).rejects.toThrow(/ lists x-Q4_0\.gguf twice$/);
  });

  it('is not asked for without encryption', async () => {
    const hubUrl = new URL('http://hub.example');
    await expect(resolve('hf:a/b', TOKEN, hubUrl)).rejects.toThrow(zosiaError('ZOSIA_BAD_OPTION'));
  });
});
