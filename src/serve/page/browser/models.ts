import { byId, make } from '../../../html/browser/dom.js';
import { fetchModels } from './api.js';
import { lastModel } from './store.js';

const select = (): HTMLSelectElement => byId('model') as HTMLSelectElement;

/** The choice of a model. */
export class ModelChoice {
  #names: readonly string[] = [];

  constructor(chosen: (model: string) => void) {
    select().addEventListener('change', () => {
      lastModel.write(select().value);
      chosen(select().value);
    });
  }

  /** Undefined: there is none. */
  get value(): string | undefined {
    return select().value === '' ? undefined : select().value;
  }

  /**
   * Asks the server what it has.
   *
   * @throws RequestError
   */
  async load(): Promise<void> {
    try {
      this.#names = await fetchModels();
    } finally {
      const options = this.#names.map((name) => make('option', { value: name }, name));
      select().replaceChildren(
        ...(options.length > 0 ? options : [make('option', { value: '' }, 'No model')]),
      );
      select().disabled = options.length === 0;
    }
  }

  /** Chooses the model of a conversation, or the last one that was chosen, where the server has it. */
  choose(wanted: string | undefined): void {
    const name = [wanted, lastModel.read(), this.#names[0]].find(
      (each) => each !== undefined && this.#names.includes(each),
    );
    if (name !== undefined) select().value = name;
  }
}
