import { ZosiaError } from '../errors.js';
import { catalogueNames, findEntry } from './catalogue/catalogue.js';
import type { LocatedModel } from './located-model.js';
import type { NamedModels } from './named-models.js';
import { referenceWord, shownReference } from './references/reference-error.js';
import { locate } from './store/locate.js';
import { noSuchName } from './store/remove.js';
import type { StoredModel } from './store/record.js';

/** What a name stands for on this host. */
export interface NamedModel {
  /** Undefined for one of another program. */
  readonly model: StoredModel | undefined;
  readonly located: LocatedModel;
}

/**
 * What a name stands for, whatever has become of its files.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_FOUND`, `ZOSIA_MODEL_RECORD_DAMAGED`
 */
export async function requireNamed(models: NamedModels, name: string): Promise<NamedModel> {
  const found = await findNamed(models, name);
  if (found) return found;
  if (findEntry(name)) {
    throw new ZosiaError(
      'ZOSIA_MODEL_NOT_FOUND',
      `${shownReference(name)} is a model of the catalogue, and not on this host`,
      { hint: `zosia model pull ${referenceWord(name)} downloads it.` },
    );
  }
  const stored = (await models.store.list()).map((entry) => entry.name);
  throw noSuchName(name, [...stored, ...catalogueNames()]);
}

/** {@link requireNamed}. @returns undefined where there is none */
export async function findNamed(
  models: NamedModels,
  name: string,
): Promise<NamedModel | undefined> {
  const model = await models.findStored(name);
  if (model) return { model, located: locate(models.store, model) };
  const located = await models.find(name);
  return located && { model: undefined, located };
}

/**
 * Refuses to remove what another program has: it is used where it lies, and never written to.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_OWN`
 */
export async function refuseOthers(models: NamedModels, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const stored = await models.store.list();
    if (stored.some((entry) => entry.name === name.normalize('NFC'))) continue;
    const found = await findNamed(models, name).catch(() => undefined);
    if (!found || found.model) continue;
    const { origin } = found.located;
    throw new ZosiaError(
      'ZOSIA_MODEL_NOT_OWN',
      `${shownReference(name)} is a model of ${origin}, which zosia only reads`,
      { hint: `Remove it with ${origin} itself.` },
    );
  }
}
