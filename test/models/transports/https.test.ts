import { afterEach, afterAll, describe, expect, it } from 'vitest';
import { openHttpClient } from '../../../src/download/api.js';
import { parseReference } from '../../../src/models/references/parse-reference.js';
import { resolveReference } from '../../../src/models/resolve/resolve-reference.js';
import type { RemoteReference } from '../../../src/models/resolve/resolve-reference.js';
import { zosiaError } from '../../support/errors.js';
import { serveBytes, startServer } from '../../support/model-servers/served-bytes.js';
import type { Intercept, ModelServer } from '../../support/model-servers/served-bytes.js';

const http = openHttpClient({ attempts: 1 });
const GGUF = Buffer.from('GGUF of a test');
const SUM = '0a'.repeat(32);

let server: ModelServer | undefined;
afterEach(async () => {
  await server?.close();
});
afterAll(() => http.close());

async function resolve(path: string, answer: Intercept, user = '') {
  server = await startServer((request, response) => {
    if (!answer(request, response)) serveBytes(request, response, GGUF);
  });
  const reference = parseReference(`http://${user}${server.host}${path}`);
  return resolveReference(reference as RemoteReference, { http });
}

const asUsual = (): boolean => false;

describe('a model at a URL', () => {
  it('is resolved to its size and name, and keeps neither user, password nor query in what is kept of it', async () => {
    const model = await resolve('/a/b%20c.gguf?token=secret', asUsual, 'me:pass%40word@');
    const plain = `http://${server!.host}/a/b%20c.gguf`;
    expect(model).toEqual({
      reference: plain,
      name: 'b-c',
      source: { kind: 'https', repository: plain },
      files: [
        expect.objectContaining({
          ...{ name: 'b c.gguf', fileName: 'b c.gguf', role: 'model', sizeBytes: GGUF.length },
          url: new URL(`${plain}?token=secret`),
          credentials: { authorization: `Basic ${Buffer.from('me:pass@word').toString('base64')}` },
        }),
      ],
    });
    expect(server!.headers[0]!.authorization).toMatch(/^Basic /);
  });

  it('has the digest that stands behind the URL', async () => {
    const model = await resolve(`/x.gguf#sha256=${SUM.toUpperCase()}`, asUsual);
    expect(model.files[0]!.sha256).toBe(SUM);
    expect(model.reference).toMatch(new RegExp(`#sha256=${SUM}$`));
  });

  it('is asked for its first byte, where the server does not answer HEAD', async () => {
    const model = await resolve('/x.gguf', ({ method }, response) => {
      if (method !== 'HEAD') return false;
      response.writeHead(405).end();
      return true;
    });
    expect(model.files[0]!.sizeBytes).toBe(GGUF.length);
  });

  it.each([405, 501])(
    'is of any length where the server answers HEAD with %i and has no ranges',
    async (status) => {
      const sizeBytes = 1024 ** 3;
      let isEnded = false;
      const model = await resolve('/x.gguf', ({ method }, response) => {
        if (method === 'HEAD') {
          response.writeHead(status).end();
          return true;
        }
        response.writeHead(200, { 'content-length': sizeBytes });
        response.on('close', () => (isEnded = true));
        response.write(Buffer.alloc(5 * 1024 ** 2));
        return true;
      });
      expect(model.files[0]!.sizeBytes).toBe(sizeBytes);
      await expect.poll(() => isEnded).toBe(true);
    },
  );

  it('is no page where its server calls what it does not know text/plain', async () => {
    const model = await resolve('/x.gguf', (_, response) => {
      response.setHeader('content-type', 'text/plain; charset=utf-8');
      return false;
    });
    expect(model.files[0]!.sizeBytes).toBe(GGUF.length);
  });

  it.each([
    ['attachment; filename="m.gguf"', 'm.gguf'],
    [`attachment; filename="x.bin"; filename*=UTF-8''m%C3%A9.gguf`, 'mé.gguf'],
    ['attachment; filename="../../m.gguf"', 'm.gguf'],
    ['attachment; filename=..\\m.gguf', 'm.gguf'],
  ])('has the name that its server gives it: %s', async (header, name) => {
    const model = await resolve('/download', ({ method }, response) => {
      response.setHeader('content-disposition', header);
      return method === 'none';
    });
    expect(model.files[0]!.fileName).toBe(name);
  });

  it.each<[string, number, Record<string, string>, string]>([
    ['/x.gguf', 200, { 'content-type': 'text/html' }, 'ZOSIA_MODEL_UNUSABLE'],
    ['/x.gguf', 200, { 'content-type': 'application/json' }, 'ZOSIA_MODEL_UNUSABLE'],
    ['/x.gguf', 404, {}, 'ZOSIA_MODEL_NOT_FOUND'],
    ['/x.gguf', 401, {}, 'ZOSIA_MODEL_REFUSED'],
    ['/x.gguf', 403, {}, 'ZOSIA_MODEL_REFUSED'],
    ['/x.gguf', 418, {}, 'ZOSIA_DOWNLOAD_FAILED'],
    ['/x.zip', 200, {}, 'ZOSIA_MODEL_UNUSABLE'],
    ['/x.bin', 200, {}, 'ZOSIA_MODEL_UNUSABLE'],
    ['/', 200, {}, 'ZOSIA_MODEL_UNUSABLE'],
    ['/x', 200, { 'content-disposition': 'filename=".x.gguf"' }, 'ZOSIA_DOWNLOAD_FAILED'],
    ['/x', 200, { 'content-disposition': `filename*=UTF-8''a%0Ab.gguf` }, 'ZOSIA_DOWNLOAD_FAILED'],
  ])('is refused: %s with status %s and %j', async (path, status, headers, code) => {
    const asked = resolve(path, (_, response) => {
      response.writeHead(status, headers).end();
      return true;
    });
    await expect(asked).rejects.toThrow(zosiaError(code));
  });

  it.each(['-1', '1e300', 'x', '99999999999999999999'])(
    'has no size, where it says %s',
    async (length) => {
      const model = await resolve('/x.gguf', ({ method }, response) => {
        if (method === 'HEAD') {
          response.writeHead(405).end();
          return true;
        }
        response.writeHead(206, { 'content-range': `bytes 0-0/${length}` }).end('G');
        return true;
      });
      expect(model.files[0]!.sizeBytes).toBeUndefined();
      expect(model.files[0]!.maxBytes).toBeGreaterThan(0);
    },
  );
});
