import { ZosiaError } from '../../errors.js';
import { shellPath } from '../../shell-word.js';
import { hashFiles } from '../../host/hash-files.js';
import type { HashOptions } from '../../host/hash-files.js';
import { lookAtFile } from '../../host/host-file.js';
import type { LocatedModel } from '../located-model.js';
import type { VerifiedFile } from '../store/verify.js';
import type { CachedModel } from './cached-model.js';

/**
 * Reads every byte of a model of another program, whose files have their digests for names.
 *
 * @throws ZosiaError `ZOSIA_MODEL_ROTTEN`, `ZOSIA_MODEL_NO_DIGEST`; as `hashFiles`
 */
export async function requireCachedRight(
  model: CachedModel,
  options: HashOptions = {},
): Promise<void> {
  const verified = await verifyCached([model], options);
  const wrong = verified.find(({ state }) => state !== 'right');
  if (!wrong) return;
  const { path, name, hint } = wrong;
  const what = wrong.state === 'gone' ? 'cannot be read any more' : 'is not what its name says';
  throw new ZosiaError('ZOSIA_MODEL_ROTTEN', `${path}, of ${name}, ${what}`, { hint });
}

/**
 * Reads every byte of models of other programs, whose files have their digests for names.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NO_DIGEST` where one has none; as `hashFiles`
 */
export async function verifyCached(
  models: readonly LocatedModel[],
  options: HashOptions = {},
): Promise<VerifiedFile[]> {
  const files = models.flatMap((model) => model.files.map((file) => ({ ...file, model })));
  for (const { path, sha256 } of files) if (sha256 === undefined) throw noDigest(path);
  const looked = await Promise.all(
    files.map(({ path }) => lookAtFile(path).catch(() => undefined)),
  );
  const digests = await hashFiles(
    looked.flatMap((file) => file ?? []),
    options,
  );
  return files.map(({ path, sizeBytes, sha256, model }, index) => {
    const found = looked[index];
    const isRight = found !== undefined && digests.get(found.path) === sha256;
    const state = found === undefined ? 'gone' : isRight ? 'right' : 'rotten';
    const hint = isRight
      ? undefined
      : `It is a file of ${model.origin}: have that program pull the model again.`;
    return { name: model.name, path, sizeBytes: found?.sizeBytes ?? sizeBytes, state, hint };
  });
}

/** The error when there is nothing to compare a file with. */
export const noDigest = (path: string): ZosiaError =>
  new ZosiaError('ZOSIA_MODEL_NO_DIGEST', `there is no digest to verify ${path} against`, {
    hint: `zosia model add ${shellPath(path)} keeps one from now on.`,
  });
