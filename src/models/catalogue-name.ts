import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import { findEntry } from './catalogue/catalogue.js';
import type { CatalogueEntry } from './catalogue/catalogue.js';
import type { ResolvedModel } from './resolved-model.js';

/**
 * The name that a model is kept under. A name of the catalogue stands for what the catalogue has, and for files of
 * the same repository: another's file that is called so gets its owner's name before it.
 *
 * @param chosen the name that the user has given
 * @throws ZosiaError `ZOSIA_MODEL_NAME_TAKEN` for a name of the catalogue that was chosen for another's model
 */
export function nameFor({ name, source }: ResolvedModel, chosen: string | undefined): string {
  if (!isOfAnother(chosen ?? name, source)) return chosen ?? name;
  const owned = `${ownerOf(source)}-${name}`;
  if (chosen === undefined && !isOfAnother(owned, source)) return owned;
  throw new ZosiaError(
    'ZOSIA_MODEL_NAME_TAKEN',
    `${chosen ?? name} is the name of a model of the catalogue, and ${source.repository} has another`,
    {
      hint: [
        wording`Give this one another name with ${option('name')}.`,
        'Give this one another name.',
      ],
    },
  );
}

function isOfAnother(name: string, source: ResolvedModel['source']): boolean {
  // The checkpoint of an entry is kept with this ending.
  const entry = findEntry(name.normalize('NFC').replace(/\.bin$/i, ''));
  return entry !== undefined && !isOwn(entry, source);
}

const isOwn = (
  { gguf, checkpoint }: CatalogueEntry,
  { kind, repository }: ResolvedModel['source'],
): boolean =>
  kind === 'hub' &&
  [gguf, checkpoint].some((file) => file?.repository.toLowerCase() === repository.toLowerCase());

const ownerOf = ({ kind, repository }: ResolvedModel['source']): string =>
  kind === 'hub' ? repository.split('/')[0]! : kind;
