import { generateKeyPairSync } from 'node:crypto';
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelGguf } from '../../formats/gguf/samples.js';
import { makeFakeQemu } from '../../machine/support/fake-qemu.js';
import { zosia } from '../../support/cli.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { startHub } from '../../support/model-servers/hub.js';
import type { HubServer } from '../../support/model-servers/hub.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
let hub: HubServer;
let bin: string;
let stores = 0;

/** Behind its tensors a file may have more, so that one model is several files. */
const DRAFT_BYTES = 8 << 20;
/** Keys and values of so many bytes that no host has the memory. */
const TOO_MANY_TOKENS = '2147483647';
/** A kernel that is not there, which is looked for once the models are there: nothing is started. */
const NO_START = ['--kernel', 'no-kernel'];

beforeAll(async () => {
  const model = await readFile(EMBEDDED_MODEL);
  const draft = Buffer.concat([model, Buffer.alloc(DRAFT_BYTES)]);
  const misfit = Buffer.from(await modelGguf());
  hub = await startHub({
    repos: {
      'some/model': { files: { 'model.gguf': model } },
      'some/draft': { files: { 'draft.gguf': draft, 'misfit.gguf': misfit } },
    },
  });
  ({ folder: bin } = await makeFakeQemu(folder.file('bin')));
  await makeFakeQemu(folder.file('bin'), { program: 'qemu-system-aarch64' });
  await writeFile(folder.file('own.gguf'), model);
});
afterAll(() => hub.close());

/** A host with a store of its own, which is empty. */
function newHost() {
  const models = folder.file(`models ${++stores}`);
  const none = folder.file('none');
  const env = {
    PATH: [bin, process.env.PATH].join(delimiter),
    ...{ ZOSIA_MODELS: models, ZOSIA_CACHE: folder.file('cache'), HF_ENDPOINT: hub.url.href },
    ...{ OLLAMA_MODELS: none, HF_HOME: none, LLAMA_CACHE: none, NO_PROXY: '127.0.0.1' },
  };
  const run = (...args: string[]) => zosia(args, { cwd: folder.path, env });
  const names = async () =>
    (JSON.parse((await run('model', 'list', '--json')).stdout) as { name: string }[]).map(
      ({ name }) => name,
    );
  return { models, run, names };
}

const MODEL = 'hf:some/model/model.gguf';
const DRAFT = 'hf:some/draft/draft.gguf';

describe('zosia up with a draft that is not on this host', () => {
  it('pulls it as it pulls the model, and finds both from then on', async () => {
    const { run, names } = newHost();
    const { stderr } = await run('up', MODEL, '--draft', DRAFT, ...NO_START);
    expect(stderr).toContain(`${MODEL} is not on this host: it is pulled`);
    expect(stderr).toContain(`${DRAFT} is not on this host: it is pulled`);
    expect(stderr).toContain('no-kernel');
    expect(await names()).toHaveLength(2);
    const since = hub.requests.length;
    const again = await run('up', MODEL, '--draft', DRAFT, '--offline', '--dry-run');
    expect(again.exitCode, again.stderr).toBe(0);
    expect(hub.requests.length).toBe(since);
  });

  it('pulls it for a file of this host, and for the built-in model', async () => {
    for (const model of [['own.gguf'], []]) {
      const { run, names } = newHost();
      const { stderr } = await run('up', ...model, '--draft', DRAFT, ...NO_START);
      expect(stderr).toContain(`${DRAFT} is not on this host: it is pulled`);
      expect(await names()).toHaveLength(1);
    }
  });

  it('pulls a model that drafts for itself once', async () => {
    const { run, names } = newHost();
    const { stderr } = await run('up', MODEL, '--draft', MODEL, ...NO_START);
    expect(stderr.split('it is pulled')).toHaveLength(2);
    expect(await names()).toHaveLength(1);
  });

  it('says with --offline that it is missing, and with --dry-run how it is had', async () => {
    const { run } = newHost();
    const since = hub.requests.length;
    const offline = await run('up', 'own.gguf', '--draft', DRAFT, '--offline');
    expect(offline).toMatchObject({ exitCode: 1 });
    expect(offline.stderr).toContain(`the model ${DRAFT} is not on this host`);
    const dry = await run('up', 'own.gguf', '--draft', 'smollm2-135m', '--dry-run');
    expect(dry).toMatchObject({ exitCode: 1 });
    expect(dry.stderr).toContain('zosia model pull smollm2-135m');
    expect(hub.requests.length).toBe(since);
    const nothing = await run('up', 'own.gguf', '--draft', 'no-such-draft', '--dry-run');
    expect(nothing).toMatchObject({ exitCode: 1 });
    expect(nothing.stderr).toContain('there is no model no-such-draft');
    expect(nothing.stderr).toMatch(
      /^hint: +Name the GGUF of a smaller model with the model's own/m,
    );
    expect(nothing.stderr).not.toMatch(/is built in/);
  });

  it('downloads neither where both together do not fit', async () => {
    const { run, names } = newHost();
    const since = hub.cdn.headers.length;
    const { stderr, exitCode } = await run(
      ...['up', MODEL, '--draft', DRAFT, '--ctx', TOO_MANY_TOKENS, '--accel', 'tcg'],
    );
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /with the draft \S+ \(\d+ MiB of weights, \d+ MiB to be downloaded\) needs a machine with \d+/,
    );
    expect(stderr).toMatch(/^hint: +It fits with a context of \d+ tokens/m);
    const whole = hub.cdn.headers.slice(since).filter(({ range }) => range === undefined);
    expect(whole).toEqual([]);
    expect(await names()).toEqual([]);
  });

  it('downloads no model where the draft is nothing that can be had', async () => {
    const { run, names } = newHost();
    const { stderr, exitCode } = await run('up', MODEL, '--draft', 'no-such-draft');
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 });
    expect(stderr).toContain('there is no model no-such-draft');
    expect(await names()).toEqual([]);
  });
});

describe('zosia up --key --dry-run', () => {
  it('refuses what the real run refuses, and proposes the pull with its key', async () => {
    const { run } = newHost();
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    await writeFile(folder.file('my key.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
    await writeFile(folder.file('private'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await writeFile(folder.file('no-key'), 'x');
    await run('model', 'add', 'own.gguf', '--name', 'mine');
    const OCI = 'oci:registry.example/a/b:c';
    const cases: [string, string, RegExp][] = [
      ['mine', 'my key.pub', /--key is for models of OCI registries|is a path/],
      ['own.gguf', 'my key.pub', /--key is for models of OCI registries/],
      [OCI, 'nowhere', /nowhere/],
      [OCI, 'no-key', /--key cannot be used: it is no public key/],
      [OCI, 'private', /--key cannot be used: it is no public key/],
      [
        OCI,
        'my key.pub',
        /zosia model pull oci:registry\.example\/a\/b:c --key 'my key\.pub' downloads it/,
      ],
    ];
    for (const [name, key, words] of cases) {
      const dry = await run('up', name, '--key', key, '--dry-run');
      expect(dry.stderr).toMatch(words);
      expect(dry.stdout).toBe('');
      expect(dry.exitCode).toBeGreaterThan(0);
      if (key === 'my key.pub' && name === OCI) continue;
      const real = await run('up', name, '--key', key, '--offline');
      expect(real.stderr.split('\n')[0]).toBe(dry.stderr.split('\n')[0]);
    }
  });
});

describe('zosia with proxy variables that name none', () => {
  it('says nothing of them where nothing is asked for, and names the variable where it is', async () => {
    for (const value of ['garbage of a user:secret', 'socks5://127.0.0.1:1', 'http://[::1']) {
      const env = { http_proxy: value, NO_PROXY: 'x', no_proxy: 'x', HF_ENDPOINT: hub.url.href };
      const run = (...args: string[]) =>
        zosia(args, { cwd: folder.path, env: { ...env, ZOSIA_MODELS: folder.file('proxied') } });
      const local = await run('model', 'pull', './own.gguf');
      expect(local.stderr).toMatch(/^error: \S+ is a file of this host/);
      const offline = await run('model', 'pull', MODEL, '--offline');
      expect(offline.stderr).not.toMatch(/http_proxy|defect/);
      const used = await run('model', 'pull', MODEL);
      expect(used.stderr).toMatch(/^error: http_proxy names no proxy that can be used: /);
      expect(used.stderr).not.toMatch(/secret|Warning|defect/);
    }
  });
});

describe('zosia up --verify', () => {
  it('starts what is as it was pulled, and names the file of which one bit is another', async () => {
    const { run } = newHost();
    await run('model', 'pull', MODEL, '--name', 'big');
    await run('model', 'pull', DRAFT, '--name', 'small');
    const dry = ['--verify', '--dry-run'];
    const right = await run('up', 'big', '--draft', 'small', ...dry);
    expect(right.exitCode, right.stderr).toBe(0);
    expect(right.stdout).toContain('qemu-system');

    const path = (await run('model', 'path', 'small')).stdout.trim();
    const { atime, mtime } = await stat(path);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(path, bytes);
    await utimes(path, atime, mtime);
    const rotten = await run('up', 'big', '--draft', 'small', ...dry);
    expect(rotten).toMatchObject({ exitCode: 1, stdout: '' });
    expect(rotten.stderr).toContain(path);
    expect(rotten.stderr).toMatch(/^hint: /m);
    const other = await run('up', 'big', ...dry);
    expect(other.exitCode, other.stderr).toBe(0);
  });
});
