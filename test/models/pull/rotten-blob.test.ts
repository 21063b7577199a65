import { readFile, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { pullModel } from '../../../src/models/pull/pull.js';
import type { ResolvedModel } from '../../../src/models/resolved-model.js';
import { ModelStore } from '../../../src/models/store/store.js';
import { verifyModels } from '../../../src/models/store/verify.js';
import { temporaryFolder } from '../../support/temporary.js';
import { rotBlob } from '../rot-blob.js';
import { fakeDownload, ggufBytes, resolvedModel, sha256 } from '../store/fixtures.js';

const folder = temporaryFolder();
/** As a URL tells it: neither digest nor revision. */
function ofUrl(name: string, bytes: Uint8Array): ResolvedModel {
  const { files, ...rest } = resolvedModel(name, { 'm.gguf': bytes }, { tellsDigest: false });
  return { ...rest, files, source: { kind: 'https', repository: 'https://host.example/m.gguf' } };
}

describe('a blob that has rotted, and is downloaded again', () => {
  it.each(['m', 'other'])('is replaced by the right bytes, by the name %s', async (name) => {
    const bytes = await ggufBytes('rots');
    const store = new ModelStore(folder.file(`store of ${name}`));
    const pull = (as: string): ReturnType<typeof pullModel> =>
      pullModel(store, ofUrl('m', bytes), { ...fakeDownload({ 'm.gguf': bytes }), name: as });
    const { model } = await pull('m');
    const path = store.pathOf(model.files[0]!);
    await rotBlob(path, { keepsTime: true });
    expect(await store.stateOf(model.files[0]!)).toBe('there');
    expect(sha256(await readFile(path))).not.toBe(sha256(bytes));
    expect(await pull(name)).toMatchObject({ isNew: true, downloadedBytes: bytes.length });
    expect(await readFile(path)).toEqual(bytes);
    const models = (await store.list()).map((entry) => entry.model!);
    for (const { files } of models) expect(await store.stateOf(files[0]!)).toBe('there');
    const verified = await verifyModels(store, models);
    expect(verified.map(({ state }) => state)).toEqual(models.map(() => 'right'));
  });

  it('keeps its time where it is right, so that other names need not read it again', async () => {
    const bytes = await ggufBytes('keeps');
    const store = new ModelStore(folder.file('store that keeps'));
    const pull = (as: string): ReturnType<typeof pullModel> =>
      pullModel(store, ofUrl('m', bytes), { ...fakeDownload({ 'm.gguf': bytes }), name: as });
    const { model } = await pull('m');
    const before = await stat(store.pathOf(model.files[0]!), { bigint: true });
    await pull('other');
    const after = await stat(store.pathOf(model.files[0]!), { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });
});
