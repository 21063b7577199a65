import { ZosiaError } from '../../errors.js';
import { MODEL_KINDS } from '../../inspect/models/kind.js';
import { readModel } from '../../recipes/model.js';
import type { ModelSearch } from '../../recipes/find-model.js';
import { entryOf } from './served-entry.js';
import type { ServedEntry } from './served-entry.js';

/**
 * Models that are named: by path, by name or by reference; undefined is the built-in one.
 *
 * @throws ZosiaError `ZOSIA_SERVE_SAME_NAME`; as `readModel`
 */
export async function namedEntries(
  names: readonly (string | undefined)[],
  search: ModelSearch,
): Promise<ServedEntry[]> {
  const entries: ServedEntry[] = [];
  const paths = new Map<string, string>();
  for (const named of names) {
    const model = await readModel(named, search, MODEL_KINDS);
    const entry = await entryOf(named, model);
    const other = paths.get(entry.name);
    if (other === model.path) continue;
    if (other !== undefined) throw sameName(entry.name, [other, model.path]);
    paths.set(entry.name, model.path);
    entries.push(entry);
  }
  return entries;
}

const sameName = (name: string, [one, other]: readonly [string, string]): ZosiaError =>
  new ZosiaError(
    'ZOSIA_SERVE_SAME_NAME',
    `${one} and ${other} would both be asked for as ${name}`,
    {
      hint: 'Give one of them a name of its own: zosia model add FILE --name NAME',
    },
  );
