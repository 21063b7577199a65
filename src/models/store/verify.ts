import { ZosiaError } from '../../errors.js';
import { hashFiles } from '../../host/hash-files.js';
import type { HashOptions } from '../../host/hash-files.js';
import { lookAtFile } from '../../host/host-file.js';
import type { HostFile } from '../../host/host-file.js';
import { isSameStamp } from './store.js';
import type { ModelStore } from './store.js';
import { againHint } from './locate.js';
import type { StoredFile, StoredModel } from './record.js';

/** What reading every byte of a file has come to. */
export interface VerifiedFile {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** `rotten` has other bytes than when it was pulled or added. */
  readonly state: 'right' | 'gone' | 'rotten';
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/**
 * Reads every byte of models. A file that has another time, but the right bytes, is known by its new time from then
 * on.
 *
 * @throws ZosiaError as `hashFiles`
 */
export async function verifyModels(
  store: ModelStore,
  models: readonly StoredModel[],
  options: HashOptions = {},
): Promise<VerifiedFile[]> {
  const looked = new Map<string, HostFile>();
  for (const file of models.flatMap(({ files }) => files)) {
    const found = await lookAtFile(store.pathOf(file)).catch(() => undefined);
    if (found) looked.set(found.path, found);
  }
  const digests = await hashFiles([...looked.values()], options);
  const verified: VerifiedFile[] = [];
  for (const model of models) {
    const files = model.files.map((file) => {
      const found = looked.get(store.pathOf(file));
      const isRight = found !== undefined && digests.get(found.path) === file.sha256;
      const state = found === undefined ? 'gone' : isRight ? 'right' : 'rotten';
      verified.push({
        name: model.name,
        path: store.pathOf(file),
        sizeBytes: found?.sizeBytes ?? file.sizeBytes,
        state,
        hint: state === 'right' ? undefined : againHint(model),
      });
      return isRight ? withStamp(file, found) : file;
    });
    if (files.some((file, index) => file !== model.files[index])) {
      // A store that cannot be written to has been verified all the same.
      await store.write({ ...model, files }).catch(() => undefined);
    }
  }
  return verified;
}

/**
 * Reads every byte of one model before it is used.
 *
 * @throws ZosiaError `ZOSIA_MODEL_ROTTEN`, and as `verifyModels`
 */
export async function requireRight(
  store: ModelStore,
  model: StoredModel,
  options: HashOptions = {},
): Promise<void> {
  const wrong = (await verifyModels(store, [model], options)).find(
    ({ state }) => state !== 'right',
  );
  if (!wrong) return;
  throw new ZosiaError(
    'ZOSIA_MODEL_ROTTEN',
    wrong.state === 'gone'
      ? `the file of ${model.name} is gone: ${wrong.path}`
      : `${wrong.path}, of ${model.name}, has other bytes than when it was taken in`,
    { hint: wrong.hint },
  );
}

function withStamp(file: StoredFile, { sizeBytes, mtimeNs }: HostFile): StoredFile {
  const stamp = { sizeBytes, mtimeNs };
  return isSameStamp(stamp, file.stamp) ? file : { ...file, stamp };
}
