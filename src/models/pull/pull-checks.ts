import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { shownText } from '../../download/shown-text.js';
import { deceptiveCharacter } from '../../formats/unseen.js';
import { STAT_BLOCK_BYTES, readFreeBytes } from '../../host/free-space.js';
import { makeOutputFolder } from '../../host/output-file.js';
import { MIB } from '../../image/units.js';
import { partName, partOf } from '../model-files.js';
import { partialKey } from './fetch-blob.js';
import { shownReference } from '../references/reference-error.js';
import type { ResolvedFile, ResolvedModel } from '../resolved-model.js';
import { noRoom } from '../store/folder-fault.js';
import type { ModelStore } from '../store/store.js';
import { isPlainFileName } from '../store/record.js';

/**
 * Refuses a model of which not all files have been found, before anything is downloaded.
 *
 * @throws ZosiaError `ZOSIA_MODEL_PART_MISSING`, `ZOSIA_UNSAFE_NAME`
 */
export function requireAllFiles({ reference, files }: ResolvedModel): void {
  const names = files.map(({ fileName }) => fileName);
  for (const name of names) {
    const deceptive = deceptiveCharacter(name);
    if (isPlainFileName(name) && deceptive === undefined) continue;
    const because = deceptive === undefined ? '' : `: it has ${deceptive}`;
    throw new ZosiaError(
      'ZOSIA_UNSAFE_NAME',
      `${shownReference(reference)} has a file with the name ${shownText(name)}${because}`,
      { hint: 'Nothing is written outside of the store: ask whoever publishes the model.' },
    );
  }
  const known = new Set(names);
  const missing: string[] = [];
  for (const { role, fileName } of files) {
    const first = partOf(fileName);
    if (role !== 'model' || first?.number !== 1) continue;
    for (let part = 2; part <= first.count && missing.length < MOST_NAMED; part++) {
      const name = partName(first.front, part, first.count);
      if (!known.has(name)) missing.push(name);
    }
  }
  const models = files.filter(({ role }) => role === 'model');
  const isPart = models.length > 0 && models.every(({ fileName }) => partOf(fileName));
  if (isPart && !models.some(({ fileName }) => partOf(fileName)?.number === 1)) {
    missing.push(models[0]!.fileName.replace(/-\d{5,}-of-/, '-00001-of-'));
  }
  if (missing.length === 0 && names.length > 0) return;
  const what = missing.length > 0 ? `lacks ${missing.join(', ')}` : 'has no file';
  throw new ZosiaError('ZOSIA_MODEL_PART_MISSING', `${reference} ${what}; nothing was downloaded`, {
    hint: 'A model that is split is of use only with all of its parts: ask whoever publishes it.',
  });
}

const MOST_NAMED = 3;

/**
 * Refuses to begin what there is no room for: all files together, less what an earlier try has left of them.
 *
 * @returns how many bytes are to come
 * @throws ZosiaError `ZOSIA_DISK_FULL`
 */
export async function requireRoom(
  store: ModelStore,
  files: readonly ResolvedFile[],
  force: boolean,
): Promise<number> {
  await makeOutputFolder(store.partialFolder);
  const freeBytes = await readFreeBytes(store.partialFolder);
  let neededBytes = 0;
  for (const file of files) {
    if (file.sizeBytes === undefined) continue;
    if (!force && file.sha256 !== undefined && (await store.blobSize(file.sha256)) !== undefined) {
      continue;
    }
    const partial = await stat(`${join(store.partialFolder, partialKey(file))}.part`).catch(
      () => undefined,
    );
    neededBytes += Math.max(0, file.sizeBytes - (partial?.blocks ?? 0) * STAT_BLOCK_BYTES);
  }
  if (freeBytes === undefined || neededBytes <= freeBytes) return neededBytes;
  throw noRoom(
    store.folder,
    `${Math.ceil(neededBytes / MIB)} MiB are to come, ${Math.floor(freeBytes / MIB)} MiB are free`,
  );
}
