import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ggufBytes } from '../../models/store/fixtures.js';
import { ROOT } from '../../docs/pages.js';
import { zosia } from '../../support/cli.js';
import { serveFaulty } from '../../support/faulty-server.js';
import type { FaultyServer } from '../../support/faulty-server.js';
import { temporaryFolder } from '../../support/temporary.js';

const CERTIFICATE = join(ROOT, 'test/artifacts/tls/certificate.pem');

describe('a model on a server whose certificate it has signed itself', () => {
  const folder = temporaryFolder();
  let server: FaultyServer;
  beforeAll(async () => {
    const tls = {
      cert: await readFile(CERTIFICATE, 'utf8'),
      key: await readFile(join(ROOT, 'test/artifacts/tls/key.pem'), 'utf8'),
    };
    server = await serveFaulty({ bytes: await ggufBytes('tls'), tls });
  });
  afterAll(() => server.close());

  const run = (args: readonly string[], more: Record<string, string> = {}) =>
    zosia(args, {
      cwd: folder.path,
      env: { ZOSIA_MODELS: folder.file('models'), NO_PROXY: '127.0.0.1', ...more },
    });

  it.each(['model pull', 'up'])('is not downloaded by zosia %s, which says why', async (words) => {
    const { stderr, exitCode } = await run([...words.split(' '), server.url.href]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^error: .*127\.0\.0\.1.*its certificate comes from nobody that Node\.js trusts \(DEPTH_ZERO/m,
    );
    expect(stderr).toMatch(/^hint: .*NODE_EXTRA_CA_CERTS=FILE\.pem/m);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(server.requests).toEqual([]);
  });

  it('is downloaded once the certificate is named', async () => {
    const env = { NODE_EXTRA_CA_CERTS: CERTIFICATE };
    const { stderr, exitCode } = await run(['model', 'pull', server.url.href], env);
    expect(exitCode, stderr).toBe(0);
    expect(server.requests.length).toBeGreaterThan(0);
  });
});
