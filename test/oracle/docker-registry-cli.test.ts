import { generateKeyPairSync } from 'node:crypto';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ggufBytes, sha256 } from '../models/store/fixtures.js';
import { zosia } from '../support/cli.js';
import { runDockerRegistry } from '../support/model-servers/docker-registry.js';
import type { RunningRegistry } from '../support/model-servers/docker-registry.js';
import { referring } from '../support/model-servers/oci.js';
import { DOCKER, DOCKER_GGUF, pack } from '../support/model-servers/packed-model.js';
import type { PackedModel } from '../support/model-servers/packed-model.js';
import { push } from '../support/model-servers/push.js';
import { bundleOf } from '../support/model-servers/signature-bundle.js';
import { describeWithPrograms } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

describeWithPrograms(['docker-registry'], 'zosia, with a registry of Docker', () => {
  let registry: RunningRegistry;
  let bytes: Buffer;
  let packed: PackedModel;
  let reference: string;
  beforeAll(async () => {
    registry = await runDockerRegistry();
    bytes = await ggufBytes('registry');
    packed = pack([{ mediaType: DOCKER_GGUF, bytes }], DOCKER);
    await push(registry.url, 'ai/small', 'v1', packed);
    reference = `oci:${registry.host}/ai/small:v1`;
  });
  afterAll(() => registry.close());

  const run = (...args: string[]) => {
    const none = folder.file('none');
    return zosia(args, {
      cwd: folder.path,
      env: {
        ...{ ZOSIA_MODELS: folder.file('store'), NO_PROXY: '127.0.0.1' },
        ...{ OLLAMA_MODELS: none, HF_HOME: none, LLAMA_CACHE: none },
      },
    });
  };
  const done = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, exitCode } = await run(...args);
    expect({ args, exitCode, stderr }).toMatchObject({ exitCode: 0 });
    return stdout;
  };
  const blobs = () => readdir(folder.file('store/blobs'));

  it('pulls a model, verifies it, tells its path, removes it and what is left of it', async () => {
    await done('model', 'pull', reference);
    expect(await done('model', 'verify', 'small-v1')).toMatch(/^right {2}small-v1 {2}/);
    const path = (await done('model', 'path', reference)).trim();
    expect(await readFile(path)).toEqual(bytes);
    await done('model', 'rm', 'small-v1');
    expect(await blobs()).toEqual([]);

    await done(
      'model',
      'pull',
      `oci:${registry.host}/ai/small@${packed.digest}`,
      '--name',
      'again',
    );
    expect(await blobs()).toEqual([`sha256-${sha256(bytes)}`]);
    await rm(folder.file('store/names'), { recursive: true });
    expect(JSON.parse(await done('model', 'prune', '--json'))).toMatchObject([{ kind: 'blob' }]);
    expect(await blobs()).toEqual([]);
  });

  it('takes what is signed with a key alone, by zosia model pull and by zosia up', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = folder.file('cosign.pub');
    await writeFile(key, publicKey.export({ type: 'spki', format: 'pem' }));
    // That it is here, without a look at its signature, makes no difference.
    await done('model', 'pull', reference);
    for (const command of [['model', 'pull'], ['up']]) {
      const { stderr, exitCode } = await run(...command, reference, '--key', key);
      expect({ command, exitCode, stderr }).toMatchObject({ exitCode: 1 });
      expect(stderr).toContain('is not signed');
    }
    // This registry has no list of what refers to a manifest: cosign then writes it under a tag.
    const bundle = bundleOf(packed, privateKey);
    await push(registry.url, 'ai/small', bundle.digest, bundle);
    const tag = packed.digest.replace(':', '-');
    await push(registry.url, 'ai/small', tag, referring([bundle], packed.digest));
    await done('model', 'pull', reference, '--key', key);
    // The model is no more than a header: what comes next finds that out.
    const { stderr } = await run('up', reference, '--key', key, '--prompt', 'x');
    expect(stderr).not.toMatch(/signed|signature/);
  });

  it.each([[['up', '--key', 'k']], [['up', 'own.gguf', '--key', 'k']]])(
    'refuses a key for what no registry has: %s',
    async (args) => {
      const { stderr, exitCode } = await run(...args);
      expect(stderr).toContain('--key is for models of OCI registries');
      expect(exitCode).toBe(2);
    },
  );
});
