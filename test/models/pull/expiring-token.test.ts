import { afterAll, expect, it } from 'vitest';
import { openHttpClient } from '../../../src/download/api.js';
import { makeDownloader } from '../../../src/download/download-file.js';
import { getModel } from '../../../src/models/pull/get-model.js';
import { NamedModels } from '../../../src/models/named-models.js';
import { ModelStore } from '../../../src/models/store/store.js';
import { zosiaError } from '../../support/errors.js';
import { startOci } from '../../support/model-servers/oci.js';
import { DOCKER, DOCKER_GGUF, pack } from '../../support/model-servers/packed-model.js';
import type { ModelServer } from '../../support/model-servers/served-bytes.js';
import { temporaryFolder } from '../../support/temporary.js';
import { ggufBytes, NO_CACHES } from '../store/fixtures.js';

const SEGMENT_BYTES = 1024;
const folder = temporaryFolder();
const http = openHttpClient();
const servers: ModelServer[] = [];
afterAll(async () => {
  await http.close();
  await Promise.all(servers.map((server) => server.close()));
});

let count = 0;

/** A registry whose tokens are good for so many requests of parts of a file. */
async function pullWithTokensFor(requests: number): Promise<{ model: string; tokens: number }> {
  const bytes = await ggufBytes('x'.repeat(20 * SEGMENT_BYTES));
  let left = 0;
  let tokens = 0;
  const server = await startOci({
    models: { 'ai/model:latest': pack([{ mediaType: DOCKER_GGUF, bytes }], DOCKER) },
    token: 'TOKEN',
    intercept: ({ url = '' }, response) => {
      if (url.startsWith('/token')) {
        tokens++;
        left = requests;
      }
      if (!url.includes('/blobs/') || left-- > 0) return false;
      response.writeHead(401).end();
      return true;
    },
  });
  servers.push(server);
  const store = new ModelStore(folder.file(`store ${++count}`));
  const download = makeDownloader({ segmentBytes: SEGMENT_BYTES, firstRetryDelayMs: 1 });
  const { model } = await getModel(
    new NamedModels({ store, caches: NO_CACHES }),
    `oci:${server.url.host}/ai/model`,
    { context: { http }, download },
  );
  return { model: model.files[0]!.sha256, tokens };
}

it('a token that expires while a model is pulled is asked for anew, and the pull goes on', async () => {
  const { tokens } = await pullWithTokensFor(8);
  expect(tokens).toBeGreaterThan(2);
});

it('a registry that takes no token for its files is not asked for ever', async () => {
  await expect(pullWithTokensFor(0)).rejects.toThrow(zosiaError('ZOSIA_DOWNLOAD_FAILED'));
});
