import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { pullModel } from '../../../src/models/pull/pull.js';
import { addModel } from '../../../src/models/store/add.js';
import type { Mark } from '../../../src/models/store/marks.js';
import { pruneStore } from '../../../src/models/store/prune.js';
import { removeModels } from '../../../src/models/store/remove.js';
import { blobKey, blobsOf, ModelStore } from '../../../src/models/store/store.js';
import { temporaryFolder } from '../../support/temporary.js';
import { fakeDownload, ggufBytes, resolvedModel, sha256 } from './fixtures.js';

const folder = temporaryFolder();
const NAMES = ['a', 'A', 'b/c'];
const CONTENTS = ['x', 'y'];

type Step =
  | { readonly do: 'pull' | 'add'; readonly name: string; readonly content: string }
  | { readonly do: 'rm' | 'damage'; readonly name: string }
  | { readonly do: 'prune' }
  | { readonly do: 'use' | 'giveBack'; readonly content: string };

const name = fc.constantFrom(...NAMES);
const content = fc.constantFrom(...CONTENTS);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('pull' as const, 'add' as const), name, content }),
  fc.record({ do: fc.constantFrom('rm' as const, 'damage' as const), name }),
  fc.record({ do: fc.constant('prune' as const) }),
  fc.record({ do: fc.constantFrom('use' as const, 'giveBack' as const), content }),
);

describe('any sequence of adding, pulling, removing and pruning', () => {
  it('leaves no blob without a name once it was pruned, all that names have, and all that is in use', async () => {
    const bytes = new Map<string, Buffer>();
    for (const each of CONTENTS) {
      bytes.set(each, await ggufBytes(each));
      await writeFile(folder.file(`${each}.gguf`), bytes.get(each)!);
    }
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const store = new ModelStore(folder.file(`store ${++count}`));
        const used = new Map<string, Mark>();
        const usedBlobs = new Set<string>();
        for (const each of steps) {
          await take(store, each, { bytes, used, usedBlobs }).catch((error: unknown) => {
            if (!(error instanceof ZosiaError)) throw error;
          });
          await expectWhole(store, usedBlobs);
        }
        for (const mark of used.values()) await mark.takeBack();
        await pruneStore(store);
        const named = (await store.list()).flatMap(blobsOf);
        expect((await store.blobs()).filter((blob) => !named.includes(blob))).toEqual([]);
        for (const each of CONTENTS) {
          expect((await stat(folder.file(`${each}.gguf`))).isFile()).toBe(true);
        }
        await rm(store.folder, { recursive: true, force: true });
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

async function take(
  store: ModelStore,
  each: Step,
  {
    bytes,
    used,
    usedBlobs,
  }: {
    readonly bytes: ReadonlyMap<string, Buffer>;
    readonly used: Map<string, Mark>;
    readonly usedBlobs: Set<string>;
  },
): Promise<void> {
  switch (each.do) {
    case 'pull': {
      const files = { 'model.gguf': bytes.get(each.content)! };
      const resolved = resolvedModel(each.name, files, { repository: `owner/${each.content}` });
      await pullModel(store, resolved, fakeDownload(files));
      break;
    }
    case 'add':
      await addModel(store, folder.file(`${each.content}.gguf`), { name: each.name });
      break;
    case 'rm':
      await removeModels(store, [each.name]);
      break;
    case 'damage': {
      const path = store.recordPath(each.name);
      const text = await readFile(path, 'utf8').catch(() => undefined);
      if (text !== undefined) await writeFile(path, text.replace('"schema": 1', '"schema": 2'));
      break;
    }
    case 'prune':
      await pruneStore(store);
      break;
    case 'use': {
      const digest = sha256(bytes.get(each.content)!);
      if (used.has(digest)) break;
      used.set(digest, await store.marks.use(blobKey(digest)));
      if ((await store.blobSize(digest)) !== undefined) usedBlobs.add(digest);
      break;
    }
    case 'giveBack': {
      const digest = sha256(bytes.get(each.content)!);
      await used.get(digest)?.takeBack();
      used.delete(digest);
      usedBlobs.delete(digest);
      break;
    }
  }
}

/** All that a record has is there, and all that is in use. */
async function expectWhole(store: ModelStore, usedBlobs: ReadonlySet<string>): Promise<void> {
  const blobs = await store.blobs();
  for (const digest of usedBlobs) expect(blobs).toContain(digest);
  for (const { model } of await store.list()) {
    for (const file of model?.files ?? []) expect(await store.stateOf(file)).toBe('there');
  }
}
