import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ggufBytes, sha256 } from '../../models/store/fixtures.js';
import { writeSampleFiles } from '../../recipes/efi/samples.js';
import { zosia } from '../../support/cli.js';
import { startHub } from '../../support/model-servers/hub.js';
import type { HubServer } from '../../support/model-servers/hub.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
const TOKEN = 'hf_verysecrettoken';
let hub: HubServer;
let bytes: Buffer;
let env: Record<string, string>;

beforeAll(async () => {
  bytes = await ggufBytes('hub');
  const files = { 'small-Q8_0.gguf': bytes };
  hub = await startHub({ repos: { 'owner/repo': { files, gated: true } }, token: TOKEN });
  const none = folder.file('none');
  env = {
    ...{
      ZOSIA_MODELS: folder.file('store'),
      OLLAMA_MODELS: none,
      HF_HOME: none,
      LLAMA_CACHE: none,
    },
    ...{ HF_ENDPOINT: hub.url.href, HF_TOKEN: TOKEN, NO_PROXY: '127.0.0.1' },
  };
  await writeFile(folder.file('own.gguf'), await ggufBytes('own'));
});
afterAll(() => hub.close());

const run = (line: string, more: Record<string, string> = {}) =>
  zosia(line.split(' '), { cwd: folder.path, env: { ...env, ...more } });

async function done(line: string): Promise<string> {
  const { stdout, stderr, exitCode } = await run(line);
  expect({ line, exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return stdout;
}

describe('zosia model', () => {
  it('pulls a gated file with the token of the hub, and never shows or keeps it', async () => {
    const refused = await run('model pull hf:owner/repo:Q8_0', { HF_TOKEN: '' });
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('HF_TOKEN');
    const { stderr, exitCode } = await run('model pull hf:owner/repo:Q8_0 --name small');
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain('zosia up small');
    expect(stderr).not.toContain(TOKEN);
    expect(hub.cdn.headers.every(({ authorization }) => authorization === undefined)).toBe(true);
    const kept = await readdir(folder.file('store'), { recursive: true, withFileTypes: true });
    for (const each of kept.filter((entry) => entry.isFile())) {
      expect(await readFile(join(each.parentPath, each.name), 'latin1')).not.toContain(TOKEN);
    }
  });

  it('lists, shows and verifies names, prints their paths, and removes them', async () => {
    await done('model add own.gguf');
    const listed = JSON.parse(await done('model list --json')) as { name: string; state: string }[];
    expect(listed.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'own there',
      'small there',
    ]);
    expect(await done('model list')).toMatch(
      /^NAME +SIZE.*\nown +.*own\.gguf +there\nsmall +.*hf:owner/,
    );
    const path = (await done('model path small')).trim();
    expect(path).toBe(join(folder.file('store'), 'blobs', `sha256-${sha256(bytes)}`));
    expect(await done('model show small')).toMatch(/^licence +Apache-2\.0$/m);
    expect(await done('model show small')).toContain(`hub            ${hub.url.origin}\n`);
    expect(listed).toContainEqual(expect.objectContaining({ hubUrl: hub.url.origin }));
    expect(await done('model list')).toContain(`small-Q8_0.gguf at ${hub.url.origin} `);
    expect(JSON.parse(await done('model show hf:owner/repo:Q8_0 --json'))).toMatchObject({
      name: 'small',
      files: [{ sha256: sha256(bytes), path, adopted: false }],
    });
    await done('model verify');
    const rotten = Buffer.from(bytes);
    rotten[rotten.length - 1]! ^= 1;
    await writeFile(path, rotten);
    const verified = await run('model verify small');
    expect(verified.exitCode).toBe(1);
    expect(verified.stdout).toContain(`OTHER BYTES  small  ${path}`);
    const refused = await run('image model small --format vmdk --out d.vmdk');
    expect(refused.stderr).toMatch(/has changed/);
    await done('model pull small --force');
    await done('model verify');
    await done('model rm own small');
    expect(await readdir(join(folder.file('store'), 'blobs'))).toEqual([]);
    expect(await readFile(folder.file('own.gguf'))).toEqual(await ggufBytes('own'));
  });

  it('is understood where a model is asked for, and its names are those on a disk', async () => {
    await done('model add own.gguf --name mine');
    await done('image model mine --format vmdk --out mine.vmdk');
    const manifest = JSON.parse(await readFile(folder.file('mine.vmdk.json'), 'utf8')) as unknown;
    expect(manifest).toMatchObject({ inputs: [{ name: 'own.gguf', path: '/model.gguf' }] });
    expect(await done('model info mine')).toMatch(/^name +own$/m);
    const { stderr, exitCode } = await run('image model min');
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 });
    expect(stderr).toContain('Did you mean mine?');
  });

  it('takes a checkpoint with its tokenizer, for the EFI machine alone', async () => {
    await mkdir(folder.file('checkpoint'));
    await writeSampleFiles(folder.file('checkpoint'));
    await done('model add checkpoint/tiny.bin --tokenizer checkpoint/tiny-tokenizer.bin');
    await done('image efi --model tiny --format vmdk --out efi.vmdk');
    const { stderr } = await run('image model tiny');
    expect(stderr).toContain('zosia up --machine efi tiny');
  });

  it('asks nothing of the network with --offline, and says what is missing', async () => {
    const before = hub.requests.length;
    for (const line of [
      'model pull hf:owner/repo:Q8_0 --offline',
      'up hf:owner/repo:Q8_0 --offline',
    ]) {
      const { stderr, exitCode } = await run(line);
      expect({ line, exitCode, stderr }).toMatchObject({ exitCode: 1 });
      expect(stderr).toMatch(/owner\/repo/);
    }
    expect(hub.requests.length).toBe(before);
  });

  it('tells the code point of what looks like nothing, or like another letter, in a name', async () => {
    for (const [text, told] of [
      [
        'hf:owner/re\u3164po:Q8_0',
        'hf:owner/re\\xe3\\x85\\xa4po:Q8_0 has U+3164, which cannot be seen',
      ],
      ['hf:\uff4fwner/repo:Q8_0', 'has U+FF4F, which looks like o'],
    ] as const) {
      const { stderr, exitCode } = await run(`model pull ${text}`);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 });
      expect(stderr).toContain(told);
    }
  });

  const refused: readonly (readonly [line: string, message: RegExp, status?: number])[] = [
    ['model pull own.gguf', /zosia model add own\.gguf/],
    ['model pull no-such-name-at-all', /no model is named no-such-name-at-all/],
    ['model add own.gguf --name ../x', /looks like a path/],
    ['model rm nothing', /there is no model nothing/],
    ['model pull hf:owner/repo:Q8_0 --key cosign.pub', /--key is for models of OCI registries/, 2],
    ['up own.gguf --verify', /no digest to verify/],
  ];
  it.each(refused.map(([line, message, status = 1]) => ({ line, message, status })))(
    'refuses what makes no sense: $line',
    async ({ line, message, status }) => {
      const { stderr, exitCode } = await run(line);
      expect(stderr).toMatch(message);
      expect(exitCode).toBe(status);
    },
  );
});
