import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { hashFiles } from '../../host/hash-files.js';
import type { HashOptions } from '../../host/hash-files.js';
import { lookAtFile } from '../../host/host-file.js';
import { shellWord } from '../../shell-word.js';
import { option, wording } from '../../wording.js';
import { hostFolder } from '../../inspect/models/host-folder.js';
import { MODEL_KINDS } from '../../inspect/models/kind.js';
import { readModelParts } from '../../inspect/models/parts.js';
import { checkModelFiles } from '../check-files.js';
import type { ModelFileRole } from '../resolved-model.js';
import { withHeldBlobs } from './hold-blobs.js';
import { checkedName } from './name.js';
import { blobAt, withOwnBlobs } from './own-files.js';
import { readUnlessDamaged } from './read-unless-damaged.js';
import type { StoredFile, StoredModel } from './record.js';
import { withSharedBlobs } from './share-blobs.js';
import type { ModelStore } from './store.js';

export interface AddOptions extends HashOptions {
  /** The file's own name without its ending, and without the number of a part, unless given. */
  readonly name?: string | undefined;
  /** The multimodal projector that goes with it. */
  readonly projector?: string | undefined;
  /** The tokenizer: the file is a llama2.c checkpoint then. */
  readonly tokenizer?: string | undefined;
  /** Called with what the name stood for, where it was the same file with other bytes, or with other files. */
  readonly onReplace?: ((before: StoredModel) => void) | undefined;
}

/**
 * Takes a model into the store that is on this host already: it stays where it is, and is not copied. Of a split
 * model any part stands for all. All of it is read once, for its digest. A file that has changed since it was added
 * is taken as it is now.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NAME_TAKEN`, `ZOSIA_MODEL_BAD_NAME`; as `readModelParts`, `checkModelFiles` and
 * `hashFiles`
 */
export async function addModel(
  store: ModelStore,
  path: string,
  { name, projector, tokenizer, onReplace, ...hashing }: AddOptions = {},
): Promise<StoredModel> {
  const folder = dirname(resolve(path));
  const own: [ModelFileRole, string][] =
    tokenizer === undefined
      ? (await readModelParts(basename(path), hostFolder(folder), MODEL_KINDS)).map((part) => [
          'model',
          resolve(folder, part.name),
        ])
      : [['model', resolve(path)]];
  if (projector !== undefined) own.push(['projector', resolve(projector)]);
  if (tokenizer !== undefined) own.push(['tokenizer', resolve(tokenizer)]);
  const files = own.map(([role, each]) => ({ role, path: each, fileName: basename(each) }));
  const facts = await checkModelFiles(files);

  const chosen = checkedName(name ?? usualName(basename(own[0]![1])));
  const before = await readUnlessDamaged(store, chosen);
  const looked = await Promise.all(files.map((file) => lookAtFile(file.path)));
  // Until the record has them, nobody removes those that are the store's own blobs, or another store's.
  const places = await Promise.all(looked.map((file) => realpath(file.path)));
  return withHeldBlobs(
    places,
    async () => {
      const digests = await hashFiles(looked, hashing);
      const adopted = files.map((file, index): StoredFile => {
        const { sizeBytes, mtimeNs } = looked[index]!;
        const sha256 = digests.get(looked[index]!.path)!;
        return { ...file, sizeBytes, sha256, stamp: { sizeBytes, mtimeNs } };
      });
      for (const file of adopted) await requireNamedRight(store, file);
      const isReplaced = before !== undefined && !hasSameFiles(before, adopted);
      if (isReplaced && !isOfSamePath(before, adopted)) throw nameTaken(before);
      const owned = await withOwnBlobs(store.blobsFolder, adopted);
      return store.writing(() =>
        withSharedBlobs(store, owned, async (kept) => {
          const source = { kind: 'file', repository: resolve(path) } as const;
          const model: StoredModel = { name: chosen, askedAs: [], source, files: kept, facts };
          await store.write(model);
          if (isReplaced) onReplace?.(before);
          return model;
        }),
      );
    },
    hashing.signal,
  );
}

/** Refuses a blob of the store that is not what its name says: the store will put the right one in its place. */
async function requireNamedRight(store: ModelStore, { path, sha256 }: StoredFile): Promise<void> {
  const named = await blobAt(store.blobsFolder, path!);
  if (named === undefined || named === sha256) return;
  throw new ZosiaError(
    'ZOSIA_MODEL_ROTTEN',
    `${path!} has other bytes than when it was taken into the store`,
    { hint: 'zosia model verify tells which model it is of, and how to get it again.' },
  );
}

/** `big-00001-of-00003.gguf` is a part of `big`. */
const usualName = (fileName: string): string =>
  fileName.replace(/(?:-\d{5,}-of-\d{5,})?\.[^.]*$/, '');

const hasSameFiles = ({ files }: StoredModel, others: readonly StoredFile[]): boolean =>
  digestsOf(files) === digestsOf(others);

/** Whether both were added from the same place, whatever is there by now. */
const isOfSamePath = (before: StoredModel, [first]: readonly StoredFile[]): boolean =>
  before.reference === undefined &&
  before.files[0]?.path !== undefined &&
  before.files[0].path === first?.path;

const digestsOf = (files: readonly StoredFile[]): string =>
  files.map(({ sha256 }) => sha256).join();

/** References have no hub: they are of whichever is asked. */
const atHub = ({ hubUrl }: StoredModel['source']): string =>
  hubUrl === undefined ? '' : ` at ${hubUrl}`;

/** The error when a name stands for another model. */
export const nameTaken = ({ name, reference, source }: StoredModel): ZosiaError =>
  new ZosiaError(
    'ZOSIA_MODEL_NAME_TAKEN',
    `${name} is the name of another model, from ${reference ?? source.repository}${atHub(source)}`,
    {
      hint: [
        wording`Give this one another name with ${option('name')}, or remove the other: zosia model rm ${shellWord(name)}`,
        `Give this one another name, or remove the other: zosia model rm ${shellWord(name)}`,
      ],
    },
  );
