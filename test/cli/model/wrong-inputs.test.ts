import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { addModel } from '../../../src/models/store/add.js';
import { pruneStore } from '../../../src/models/store/prune.js';
import { ModelStore } from '../../../src/models/store/store.js';
import { readImageManifest } from '../../../src/provenance/image-manifest.js';
import { ggufBytes } from '../../models/store/fixtures.js';
import { zosia } from '../../support/cli.js';
import { skipWhere } from '../../support/skipping.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();

beforeAll(async () => {
  await writeFile(folder.file('my model.gguf'), await ggufBytes('mine'));
  await mkdir(folder.file('folder.gguf'));
  execFileSync('mkfifo', [folder.file('fifo.gguf')]);
});

const run = (args: readonly string[], store = folder.file('store')) => {
  const none = folder.file('none');
  const caches = { OLLAMA_MODELS: none, HF_HOME: none, LLAMA_CACHE: none };
  const env = { ZOSIA_MODELS: store, XDG_CACHE_HOME: folder.file('cache'), ...caches };
  return zosia(args, { cwd: folder.path, env });
};

/** A command that a hint proposes, run by a shell as it stands there. */
function arguments_(command: string): string[] {
  const script = `printf '%s\\0' ${command}`;
  return execFileSync('/bin/sh', ['-c', script]).toString('utf8').split('\0').slice(1, -1);
}

describe('a file that is none', () => {
  it.each([
    ['fifo.gguf', /fifo\.gguf is a FIFO, not a regular file/],
    ['/dev/null', /\/dev\/null is a device, not a regular file/],
    ['folder.gguf', /folder\.gguf is a folder, not a regular file/],
    ['my model.gguf/below.gguf', /below\.gguf does not exist/],
  ])('%s is named as what it is, and never waited for', async (file, message) => {
    const store = new ModelStore(folder.file('none'));
    const path = resolve(folder.path, file);
    await expect(addModel(store, path)).rejects.toThrow(message);
    const model = folder.file('my model.gguf');
    await expect(addModel(store, model, { projector: path })).rejects.toThrow(message);
  });

  it.each([
    ['.', /\. is a folder/],
    ['/', /\/ is a folder/],
    ['test/', /test\/ is a folder/],
    ['nowhere', /nowhere does not exist/],
    ['', /path of a file is empty/],
  ])('"%s" is no image, whatever is beside it', async (path, message) => {
    await expect(readImageManifest(path)).rejects.toMatchObject({
      message: expect.stringMatching(message) as string,
      hint: expect.not.stringContaining('.json') as string,
    });
  });

  it('ends each command that takes one with status 1', async () => {
    for (const line of [
      'model add fifo.gguf',
      'sbom folder.gguf/',
      'verify folder.gguf/ --provenance',
    ]) {
      const { stderr, exitCode } = await run(line.split(' '));
      expect(stderr).toMatch(/is a (?:FIFO|folder), not a regular file/);
      expect(stderr).not.toContain('.json');
      expect(exitCode).toBe(1);
    }
  });
});

describe('a file that has changed since it was added', () => {
  it('is taken as it is now by the command that the hint proposes', async () => {
    const path = folder.file("it's changing.gguf");
    await writeFile(path, await ggufBytes('before'));
    const added = await run(['model', 'add', path]);
    expect(added.stderr).toContain("zosia up 'it'\\''s changing'");
    await writeFile(path, await ggufBytes('afterwards'));
    const { stderr, exitCode } = await run(['model', 'verify', "it's changing"]);
    expect(exitCode).toBe(1);
    const command = /^hint: (zosia model add .*) takes it as it is now\.$/m.exec(stderr)?.[1];
    const again = await run(arguments_(command!));
    expect(again.stderr).toContain('has changed since');
    expect(again.exitCode).toBe(0);
    expect(await run(['model', 'verify', "it's changing"])).toMatchObject({ exitCode: 0 });
  });

  it('keeps a name that stands for a file of another place', async () => {
    const [one, other] = ['one', 'other'].map((name) => folder.file(name));
    for (const path of [one!, other!]) {
      await mkdir(path);
      await writeFile(join(path, 'same.gguf'), await ggufBytes(path));
    }
    expect(await run(['model', 'add', join(one!, 'same.gguf')])).toMatchObject({ exitCode: 0 });
    const { stderr, exitCode } = await run(['model', 'add', join(other!, 'same.gguf')]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('same is the name of another model');
  });
});

describe('the folder of models', () => {
  it.each<[string, (path: string) => Promise<unknown>, string]>([
    ['a dangling link', (path) => symlink('/nowhere/at/all', path), 'is a link to /nowhere'],
    ['a link to itself', (path) => symlink(path, path), 'is a link that leads round in a circle'],
    ['a file', (path) => writeFile(path, ''), 'is a file, not a folder'],
  ])('that is %s is named, with what it is', async (name, make, message) => {
    const path = folder.file(name);
    await make(path);
    const store = new ModelStore(path);
    const said = `${path}, where models are kept, ${message}`;
    await expect(store.list()).rejects.toThrow(said);
    await expect(store.read('x')).rejects.toThrow(said);
    await expect(pruneStore(store)).rejects.toThrow(said);
    await expect(addModel(store, folder.file('my model.gguf'))).rejects.toThrow(said);
  });

  it('that is none is named by every command', async () => {
    const store = folder.file('no folder');
    await writeFile(store, '');
    for (const args of [
      ['model', 'list'],
      ['model', 'show', 'x'],
      ['model', 'suggest'],
      ['model', 'pull', 'hf:o/r', '--offline'],
      ['up', 'x', '--dry-run'],
    ]) {
      const { stderr, exitCode } = await run(args, store);
      expect(stderr).toContain(`${store}, where models are kept, is a file, not a folder`);
      expect(exitCode).toBe(1);
    }
  });

  it(
    'that cannot be made is named',
    skipWhere(process.platform !== 'linux', '/proc is of Linux'),
    async () => {
      const { stderr, exitCode } = await run(['model', 'add', 'my model.gguf'], '/proc/store');
      expect(stderr).toContain('/proc/store, where models are kept, cannot be made');
      expect(exitCode).toBe(1);
    },
  );
});

describe('a reference of no form', () => {
  it('is not said to be had by pulling it', async () => {
    const { stderr, exitCode } = await run(['up', 'hf:o/r:/f.gguf', '--dry-run']);
    expect(stderr).toContain('no quantisation stands behind the colon of hf:o/r:/f.gguf');
    expect(stderr).not.toContain('zosia model pull');
    expect(exitCode).toBe(1);
  });
});

describe('a damaged store', () => {
  it('tells a hint once for all files of a model, and once for all damaged records', async () => {
    const store = folder.file('damaged');
    expect(await run(['model', 'add', 'my model.gguf', '--name', 'm'], store)).toMatchObject({
      exitCode: 0,
    });
    const path = join(store, 'names', 'm.json');
    const record = JSON.parse(await readFile(path, 'utf8')) as { files: { path: string }[] };
    const gone = record.files.map((file) => ({ ...file, path: folder.file('gone.gguf') }));
    await writeFile(path, JSON.stringify({ ...record, files: [...gone, ...gone] }));
    for (const name of ['a', 'b']) await writeFile(join(store, 'names', `${name}.json`), '{');
    const { stdout, stderr, exitCode } = await run(['model', 'verify'], store);
    expect(exitCode).toBe(1);
    expect(stdout.match(/^GONE/gm)).toHaveLength(2);
    expect(stderr.match(/is damaged/g)).toHaveLength(2);
    expect(stderr.match(/^hint: /gm)).toHaveLength(2);
  });

  it('says of a name that has only a projector what that is, and what to do', async () => {
    const store = folder.file('projector');
    await run(['model', 'add', 'my model.gguf', '--name', 'proj'], store);
    const path = join(store, 'names', 'proj.json');
    const record = await readFile(path, 'utf8');
    await writeFile(path, record.replace('"role": "model"', '"role": "projector"'));
    const { stderr, exitCode } = await run(['up', 'proj', '--dry-run'], store);
    expect(stderr).toContain('proj is a multimodal projector, not a language model');
    expect(stderr).toContain('zosia image model MODEL --mmproj proj');
    expect(exitCode).toBe(1);
    const efi = await run(['up', '--machine', 'efi', 'proj', '--dry-run'], store);
    expect(efi.stderr).toContain('proj is a multimodal projector, not a language model');
  });
});
