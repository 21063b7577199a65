import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHttpClient } from '../../../src/download/api.js';
import { parseReference } from '../../../src/models/references/parse-reference.js';
import { resolveReference } from '../../../src/models/resolve/resolve-reference.js';
import type { RemoteReference } from '../../../src/models/resolve/resolve-reference.js';
import type { ResolvedModel } from '../../../src/models/resolved-model.js';
import { zosiaError } from '../../support/errors.js';
import { packOllama, startOllama } from '../../support/model-servers/ollama.js';
import { sha256 } from '../../support/model-servers/served-bytes.js';
import type { ModelServer } from '../../support/model-servers/served-bytes.js';

const http = openHttpClient({ attempts: 1 });
const GGUF = Buffer.from('GGUF of a test');
const FULL = {
  ...{
    model: GGUF,
    projector: Buffer.from('GGUF p'),
    template: '{{ .Prompt }}',
    params: { stop: [] },
  },
  licence: 'LLAMA 3.2 COMMUNITY LICENSE AGREEMENT\nLlama 3.2 Version Release Date: ...',
};

let server: ModelServer;
beforeAll(async () => {
  server = await startOllama({
    'library/llama3.2:1b': FULL,
    'me/x:latest': {
      model: GGUF,
      licence: '\n\n   Apache License\n   Version 2.0, January 2004\n',
    },
    'library/cloud:latest': { template: '' },
    'library/lora:latest': { model: GGUF, adapter: Buffer.from('GGUF a') },
  });
});
afterAll(async () => {
  await server.close();
  await http.close();
});

const resolve = (name: string): Promise<ResolvedModel> =>
  resolveReference(parseReference(`ollama:${server.host}/${name}`) as RemoteReference, { http });

describe('a model of an Ollama registry', () => {
  it('is resolved to its GGUF, whose digest is its sha256, its projector and its licence', async () => {
    const model = await resolve('llama3.2:1b');
    const { digest } = packOllama(FULL);
    expect(model).toEqual({
      reference: `ollama:${server.host}/library/llama3.2:1b`,
      name: 'llama3.2-1b',
      source: { kind: 'ollama', repository: `${server.host}/library/llama3.2`, revision: digest },
      licence: 'LLAMA 3.2 COMMUNITY LICENSE AGREEMENT',
      files: [
        {
          name: 'llama3.2-1b.gguf',
          fileName: 'llama3.2-1b.gguf',
          role: 'model',
          url: new URL(`/v2/library/llama3.2/blobs/sha256:${sha256(GGUF)}`, server.url),
          sizeBytes: GGUF.length,
          sha256: sha256(GGUF),
        },
        expect.objectContaining({ role: 'projector', fileName: 'mmproj-llama3.2-1b.gguf' }),
      ],
      notes: [`not used of ollama:${server.host}/library/llama3.2:1b: template, params`],
    });
    const { bytes } = await http.request(model.files[0]!.url, { what: 'it' });
    expect(Buffer.from(bytes)).toEqual(GGUF);
  });

  it('has the name of its licence, where the text is known', async () => {
    const { licence, notes } = await resolve('me/x');
    expect({ licence, notes }).toEqual({ licence: 'Apache-2.0', notes: undefined });
  });

  it.each([
    ['cloud', 'ZOSIA_MODEL_UNUSABLE'],
    ['lora', 'ZOSIA_MODEL_UNUSABLE'],
    ['none', 'ZOSIA_MODEL_NOT_FOUND'],
    ['llama3.2:70b', 'ZOSIA_MODEL_NOT_FOUND'],
  ])('is refused as what it is: %s', async (name, code) => {
    await expect(resolve(name)).rejects.toThrow(zosiaError(code));
  });
});
