import type { Mark } from '../store/marks.js';
import type { ModelStore } from '../store/store.js';

/** Marks that are taken back together. */
export class MarkSet {
  readonly #marks = new Map<string, Mark>();

  async add(store: ModelStore, key: string, signal: AbortSignal | undefined): Promise<void> {
    if (this.#marks.has(key)) return;
    this.#marks.set(key, await store.marks.use(key, signal));
  }

  async takeBack(key: string): Promise<void> {
    const mark = this.#marks.get(key);
    this.#marks.delete(key);
    await mark?.takeBack();
  }

  async takeBackAll(): Promise<void> {
    for (const key of this.#marks.keys()) await this.takeBack(key);
  }
}

export async function withMarks<T>(use: (marks: MarkSet) => Promise<T>): Promise<T> {
  const marks = new MarkSet();
  try {
    return await use(marks);
  } finally {
    await marks.takeBackAll();
  }
}
