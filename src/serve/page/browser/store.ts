import { parseConversation } from '../conversation.js';
import type { Conversation } from '../conversation.js';

const PREFIX = 'zosia.conversation.';
const MODEL = 'zosia.model';
const CURRENT = 'zosia.current';

/**
 * The conversations of this browser, each under a key of its own: pages in several tabs write only those
 * that change there. What the browser refuses to keep is kept in memory.
 */
export class ConversationStore {
  readonly #conversations = new Map<string, Conversation>();

  constructor() {
    attempt(() => {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(PREFIX)) this.read(key);
      }
    });
  }

  /** The last changed one first. */
  list(): Conversation[] {
    return [...this.#conversations.values()].sort((a, b) => b.changed - a.changed);
  }

  get(id: string): Conversation | undefined {
    return this.#conversations.get(id);
  }

  /** Takes over what another tab has written under a key; false where it is no conversation's. */
  read(key: string): boolean {
    if (!key.startsWith(PREFIX)) return false;
    const json = localStorage.getItem(key);
    const conversation = json === null ? undefined : parseConversation(json);
    if (conversation) this.#conversations.set(conversation.id, conversation);
    else this.#conversations.delete(key.slice(PREFIX.length));
    return true;
  }

  /** Why the browser did not keep it, for the reader; undefined: it did. */
  save(conversation: Conversation): string | undefined {
    this.#conversations.set(conversation.id, conversation);
    const error = attempt(() => {
      localStorage.setItem(PREFIX + conversation.id, JSON.stringify(conversation));
    });
    if (error === undefined) return undefined;
    return error instanceof DOMException && error.name === 'QuotaExceededError'
      ? 'The browser has no room left for conversations: this one is lost when the page is closed. Delete some others.'
      : 'This browser keeps nothing for the page: conversations are lost when it is closed.';
  }

  remove(id: string): void {
    this.#conversations.delete(id);
    attempt(() => {
      localStorage.removeItem(PREFIX + id);
    });
  }
}

/** Keeps a value beside the conversations, as long as there is room: the page does without. */
const remembered = (storage: () => Storage, key: string) => ({
  read(): string | undefined {
    const found: string[] = [];
    attempt(() => {
      const value = storage().getItem(key);
      if (value !== null) found.push(value);
    });
    return found[0];
  },
  write(value: string): void {
    attempt(() => {
      storage().setItem(key, value);
    });
  },
});

/** The model that was chosen last. */
export const lastModel = remembered(() => localStorage, MODEL);
/** The conversation that this tab shows. */
export const currentId = remembered(() => sessionStorage, CURRENT);
/** The API key: gone with the tab. */
export const apiKey = remembered(() => sessionStorage, 'zosia.key');

/** What was thrown: browsers refuse storage where it is full, and where their user wants none. */
function attempt(act: () => void): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}
