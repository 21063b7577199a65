import { ZosiaError } from '../../errors.js';
import { shellPath, shellWord } from '../../shell-word.js';
import { option, wording } from '../../wording.js';
import type { LocatedModel } from '../located-model.js';
import type { ModelFileRole } from '../resolved-model.js';
import type { ModelStore } from './store.js';
import type { StoredModel } from './record.js';

/** A model of the store with the paths of its files, which need not be there. */
export function locate(store: ModelStore, model: StoredModel): LocatedModel {
  return {
    origin: 'store',
    name: model.name,
    files: model.files.map((file) => ({ ...file, path: store.pathOf(file) })),
  };
}

/**
 * Refuses a model whose files are not as they were when their digests were found right.
 *
 * @throws ZosiaError `ZOSIA_MODEL_FILE_GONE`, `ZOSIA_MODEL_FILE_CHANGED`
 */
export async function requireUnchanged(store: ModelStore, model: StoredModel): Promise<void> {
  for (const file of model.files) {
    const state = await store.stateOf(file);
    if (state === 'there') continue;
    const path = store.pathOf(file);
    const again = againHint(model);
    if (state === 'gone') {
      throw new ZosiaError('ZOSIA_MODEL_FILE_GONE', `the file of ${model.name} is gone: ${path}`, {
        hint: file.path === undefined ? again : `Put it back, or: ${again}`,
      });
    }
    throw new ZosiaError('ZOSIA_MODEL_FILE_CHANGED', `${path}, of ${model.name}, has changed`, {
      hint: [
        wording`If only its time has, zosia model verify ${shellWord(model.name)} or ${option('verify')} says so. Else: ${again}`,
        `If only its time has, zosia model verify ${shellWord(model.name)} says so. Else: ${again}`,
      ],
    });
  }
}

/** What to do about a model whose files are no good any more. */
export function againHint(model: StoredModel): string {
  const { name, reference } = model;
  return reference === undefined
    ? `${addCommand(model)} takes it as it is now.`
    : `zosia model pull ${shellWord(name)} --force downloads it again.`;
}

/** The command that adds a model that was added by hand once more, under its name. */
function addCommand({ name, files }: StoredModel): string {
  const pathOf = (role: ModelFileRole): string | undefined =>
    files.flatMap((file) => (file.role === role ? (file.path ?? 'FILE') : []))[0];
  const model = pathOf('model') ?? 'FILE';
  const projector = pathOf('projector');
  const tokenizer = pathOf('tokenizer');
  if (projector !== undefined) {
    return `zosia model add ${shellPath(model)} --name ${shellWord(name)} --mmproj ${shellPath(projector)}`;
  }
  return tokenizer === undefined
    ? `zosia model add ${shellPath(model)} --name ${shellWord(name)}`
    : `zosia model add ${shellPath(model)} --name ${shellWord(name)} --tokenizer ${shellPath(tokenizer)}`;
}
