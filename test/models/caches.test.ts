import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cachedModels, findCached } from '../../src/models/caches/caches.js';
import { cacheFolders } from '../../src/models/caches/folders.js';
import type { CacheFolders } from '../../src/models/caches/cached-model.js';
import { verifyCached } from '../../src/models/caches/verify.js';
import { refuseOthers, requireNamed } from '../../src/models/require-named.js';
import { findCheckpoint } from '../../src/recipes/find-checkpoint.js';
import { NamedModels } from '../../src/models/named-models.js';
import { ModelStore } from '../../src/models/store/store.js';
import { readModel } from '../../src/recipes/model.js';
import { zosiaError } from '../support/errors.js';
import { splitModel } from '../support/split-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { ggufBytes, sha256 } from './store/fixtures.js';

const folder = temporaryFolder();
const MAIN = 'a'.repeat(40);
const OLD = 'b'.repeat(40);
let caches: CacheFolders;

async function put(path: string, bytes: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

/** As ollama lays it out: envconfig, manifest and types/model of that project. */
async function putOllama(
  root: string,
  name: readonly string[],
  layers: Record<string, Uint8Array>,
) {
  const listed = Object.entries(layers).map(([kind, bytes]) => ({
    mediaType: `application/vnd.ollama.image.${kind}`,
    digest: `sha256:${sha256(bytes)}`,
    size: bytes.length,
  }));
  for (const bytes of Object.values(layers)) {
    await put(join(root, 'blobs', `sha256-${sha256(bytes)}`), bytes);
  }
  const manifest = { schemaVersion: 2, config: { digest: 'sha256:0', size: 2 }, layers: listed };
  await put(join(root, 'manifests', ...name), JSON.stringify(manifest));
}

/** As huggingface.co/docs/hub/local-cache has it. */
async function putHub(root: string, commit: string, files: Record<string, Uint8Array>) {
  const place = join(root, 'models--owner--some-repo');
  for (const [path, bytes] of Object.entries(files)) {
    const blob = join(place, 'blobs', sha256(bytes));
    await put(blob, bytes);
    const link = join(place, 'snapshots', commit, path);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join('../'.repeat(path.split('/').length + 1), 'blobs', sha256(bytes)), link);
  }
}

beforeAll(async () => {
  const [ollama, huggingface, llamaCpp] = ['ollama', 'hub', 'llama'].map((name) =>
    folder.file(name),
  );
  caches = { ollama: [ollama!], huggingface: [huggingface!], llamaCpp: [llamaCpp!] };
  const usual = ['registry.ollama.ai', 'library'];
  const layers = { model: await ggufBytes('qwen'), template: Buffer.from('{{ .Prompt }}') };
  await putOllama(ollama!, [...usual, 'qwen', '0.5b'], layers);
  await putOllama(ollama!, [...usual, 'qwen', 'latest'], layers);
  await putOllama(ollama!, ['other.example:5000', 'me', 'mine', 'v1'], layers);
  await put(join(ollama!, 'manifests', ...usual, 'broken', 'latest'), '{"layers": 3}');
  const gone = {
    layers: [
      {
        mediaType: 'application/vnd.ollama.image.model',
        digest: `sha256:${'0'.repeat(64)}`,
        size: 1,
      },
    ],
  };
  await put(join(ollama!, 'manifests', ...usual, 'gone', 'latest'), JSON.stringify(gone));

  const whole = folder.file('m-Q4_K_M.gguf');
  await writeFile(whole, await ggufBytes('split'));
  const parts = await splitModel(whole, 2);
  const split = await Promise.all(
    parts.map(async (part) => [`Q4_K_M/${part.split('/').at(-1)!}`, await readFile(part)] as const),
  );
  await putHub(huggingface!, MAIN, {
    'm-Q8_0.gguf': await ggufBytes('hub'),
    'mmproj-m.gguf': Buffer.from('GGUF'),
    'README.md': Buffer.from('x'),
    ...Object.fromEntries(split),
  });
  await putHub(huggingface!, OLD, { 'm-Q8_0.gguf': await ggufBytes('older') });
  await put(join(huggingface!, 'models--owner--some-repo', 'refs', 'main'), MAIN);

  await put(join(llamaCpp!, 'own_er_re_po_m-Q4_0.gguf'), await ggufBytes('llama'));
  await put(join(llamaCpp!, 'manifest=own_er=re_po=latest.json'), '{}');
  await put(join(llamaCpp!, 'unknown_x.gguf'), await ggufBytes('unknown'));
});

describe('the models of other programs', () => {
  it('are found by the references that stand for them', async () => {
    expect((await cachedModels(caches)).map(({ name, origin }) => [origin, name])).toEqual([
      ['llama.cpp', 'hf:own_er/re_po/m-Q4_0.gguf'],
      ['huggingface', `hf:owner/some-repo@${MAIN}/Q4_K_M/m-Q4_K_M-00001-of-00002.gguf`],
      ['huggingface', `hf:owner/some-repo@${MAIN}/m-Q8_0.gguf`],
      ['huggingface', `hf:owner/some-repo@${OLD}/m-Q8_0.gguf`],
      ['ollama', 'ollama:other.example:5000/me/mine:v1'],
      ['ollama', 'ollama:qwen:0.5b'],
      ['ollama', 'ollama:qwen:latest'],
    ]);
    const found = async (text: string) => (await findCached(caches, text))?.name;
    expect(await found('hf:owner/some-repo/m-Q8_0.gguf')).toContain(MAIN);
    expect(await found('hf:owner/some-repo:q8_0')).toContain(MAIN);
    expect(await found(`hf:owner/some-repo@${OLD}:Q8_0`)).toContain(OLD);
    expect(await found('hf:owner/some-repo:Q6_K')).toBeUndefined();
  });

  it('are models that can be run where they lie', async () => {
    const named = new NamedModels({ store: new ModelStore(folder.file('no store')), caches });
    const model = await readModel('ollama:qwen', { modelsDir: folder.file('none'), named });
    expect(model.path).toBe(
      join(caches.ollama[0]!, 'blobs', `sha256-${sha256(await ggufBytes('qwen'))}`),
    );
    const split = await readModel('hf:owner/some-repo:Q4_K_M', {
      modelsDir: folder.file('none'),
      named,
    });
    expect(split.parts.map(({ fileName }) => fileName)).toEqual([
      'm-Q4_K_M-00001-of-00002.gguf',
      'm-Q4_K_M-00002-of-00002.gguf',
    ]);
    await expect(stat(folder.file('no store'))).rejects.toThrow();
  });

  it('are read by name to be verified, and never removed', async () => {
    const named = new NamedModels({ store: new ModelStore(folder.file('no store')), caches });
    const { located } = await requireNamed(named, 'ollama:qwen');
    expect(await verifyCached([located])).toMatchObject([
      { name: 'ollama:qwen:latest', state: 'right', hint: undefined },
    ]);
    const wrong = located.files.map((file) => ({ ...file, sha256: '0'.repeat(64) }));
    expect(await verifyCached([{ ...located, files: wrong }])).toMatchObject([
      { state: 'rotten', hint: expect.stringContaining('ollama') as string },
    ]);
    await expect(refuseOthers(named, ['ollama:qwen'])).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_NOT_OWN'),
    );
    await expect(refuseOthers(named, ['nothing'])).resolves.toBeUndefined();
    await expect(requireNamed(named, 'phi-3.5-mini')).rejects.toMatchObject({
      hint: 'zosia model pull phi-3.5-mini downloads it.',
    });
    for (const [name, hint] of [
      [
        'hf:karpathy/tinyllamas/stories15M.bin',
        'with its tokenizer: zosia up --machine efi stories15M',
      ],
      ['hf:owner/repo/m.gguf', 'Name one of the catalogue'],
      ['stories15M', 'zosia model pull stories15M --checkpoint'],
      ['phi-3.5-mini', 'stories15M, stories42M'],
    ] as const) {
      await expect(findCheckpoint(name, named)).rejects.toMatchObject({
        hint: expect.stringContaining(hint) as string,
      });
    }
  });

  it('are compared with the digests that they have for names', async () => {
    const named = new NamedModels({
      store: new ModelStore(folder.file('no store')),
      caches,
      verify: true,
    });
    expect(await named.find('hf:owner/some-repo:Q8_0')).toBeDefined();
    const path = join(caches.ollama[0]!, 'blobs', `sha256-${sha256(await ggufBytes('qwen'))}`);
    const bytes = await readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
    await expect(named.find('ollama:qwen')).rejects.toThrow(zosiaError('ZOSIA_MODEL_ROTTEN'));
    await expect(named.find('hf:own_er/re_po/m-Q4_0.gguf')).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_NO_DIGEST'),
    );
  });
});

describe('the folders of other programs', () => {
  it('are those that their variables name, else the usual ones', () => {
    const env = { OLLAMA_MODELS: '/o', HF_HUB_CACHE: '/h', HF_HOME: '/x', LLAMA_CACHE: '/l' };
    expect(cacheFolders(env)).toEqual({ ollama: ['/o'], huggingface: ['/h'], llamaCpp: ['/l'] });
    expect(cacheFolders({ HF_HOME: '/x', OLLAMA_MODELS: '' }, 'linux')).toMatchObject({
      ollama: [expect.stringMatching(/\/\.ollama\/models$/), '/usr/share/ollama/.ollama/models'],
      huggingface: ['/x/hub'],
    });
    expect(cacheFolders({ XDG_CACHE_HOME: '/c' }, 'linux')).toMatchObject({
      huggingface: ['/c/huggingface/hub'],
      llamaCpp: ['/c/llama.cpp'],
    });
  });
});
