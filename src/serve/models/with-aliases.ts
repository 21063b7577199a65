import { ZosiaError } from '../../errors.js';
import { nearestNames } from '../../models/nearest-names.js';
import { option, wording } from '../../wording.js';
import type { ServedEntry } from './served-entry.js';

/** Another name for a model. */
export interface Alias {
  readonly alias: string;
  /** The only model there is unless given. */
  readonly model?: string | undefined;
}

/** Which model each further name stands for, by the models' own names. */
export type AliasOwners = ReadonlyMap<string, string>;

/**
 * Finds out for which models aliases stand. They stay theirs, whichever models come and go later.
 *
 * @throws ZosiaError `ZOSIA_SERVE_ALIAS` where it is not known for which model one is, or it is the name of one, or stands for two
 */
export function aliasOwners(
  entries: readonly ServedEntry[],
  aliases: readonly Alias[],
): AliasOwners {
  const owners = new Map<string, string>();
  for (const each of aliases) {
    const owner = ownerOf(each, entries).name;
    const other = owners.get(each.alias);
    if (other !== undefined && other !== owner) throw isTwo(each.alias, [other, owner]);
    owners.set(each.alias, owner);
  }
  for (const alias of owners.keys()) {
    if (entries.some(({ name }) => name === alias)) throw isName(alias);
  }
  return owners;
}

/**
 * Gives models further names. A name that stands for one already stands for the other from then on: programs ask for
 * names that are built into them.
 */
export const withAliases = (entries: readonly ServedEntry[], owners: AliasOwners): ServedEntry[] =>
  entries.map((entry) => ({
    ...entry,
    aliases: [
      ...[...owners].filter(([, owner]) => owner === entry.name).map(([alias]) => alias),
      ...entry.aliases.filter((alias) => !owners.has(alias)),
    ],
  }));

function ownerOf({ alias, model }: Alias, entries: readonly ServedEntry[]): ServedEntry {
  const found =
    model === undefined
      ? entries.length === 1 && entries[0]
      : (entries.find(({ name }) => name === model) ??
        entries.find(({ aliases }) => aliases.includes(model)));
  if (found) return found;
  const names = entries.map(({ name }) => name);
  throw new ZosiaError(
    'ZOSIA_SERVE_ALIAS',
    model === undefined
      ? `of ${entries.length} models, it is not said for which ${JSON.stringify(alias)} stands`
      : `${JSON.stringify(alias)} cannot stand for ${JSON.stringify(model)}, which is not served`,
    {
      hint: wording`Say for which: ${option('alias', `${alias}=${nearestNames(model ?? '', names)[0] ?? names[0] ?? 'MODEL'}`)}`,
    },
  );
}

const isTwo = (alias: string, models: readonly string[]): ZosiaError =>
  new ZosiaError(
    'ZOSIA_SERVE_ALIAS',
    `${JSON.stringify(alias)} cannot stand for both ${models.join(' and ')}`,
    { hint: 'Give each a name of its own.' },
  );

const isName = (alias: string): ZosiaError =>
  new ZosiaError('ZOSIA_SERVE_ALIAS', `${JSON.stringify(alias)} is the name of a model itself`, {
    hint: 'Give another name.',
  });
