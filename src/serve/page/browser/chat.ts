import { byId, make, makeButton } from '../../../html/browser/dom.js';
import { titleOf } from '../conversation.js';
import type { Conversation, Message } from '../conversation.js';
import { Answers } from './answering.js';
import { Composer } from './composer.js';
import { ConversationView } from './conversation-view.js';
import { askConsent, askText } from './dialog.js';
import { ModelChoice } from './models.js';
import { RequestError } from './request.js';
import { Drawer, drawSidebar } from './sidebar.js';
import { ConversationStore, currentId } from './store.js';

const systemField = (): HTMLTextAreaElement => byId('system') as HTMLTextAreaElement;

/** How often an answer is kept while it comes. */
const SAVE_MS = 2000;

/** The page: one conversation of several is shown, and each may have an answer coming. */
export class Chat {
  readonly #store = new ConversationStore();
  readonly #drawer = new Drawer();
  readonly #models = new ModelChoice((model) => {
    this.#current.model = model;
    if (this.#current.messages.length > 0) this.#save(this.#current);
  });
  readonly #answers = new Answers({
    grown: (conversation, message) => {
      this.#grown(conversation, message);
    },
    changed: (conversation) => {
      this.#changed(conversation);
    },
  });
  readonly #view = new ConversationView(() => {
    this.#again();
  });
  readonly #composer = new Composer(
    (text) => this.#send(text),
    () => {
      this.#stop();
    },
  );
  #current: Conversation;
  #savedMs = 0;

  constructor() {
    this.#current = this.#store.get(currentId.read() ?? '') ?? this.#store.list()[0] ?? blank();
    this.#listen();
    this.#open(this.#current);
    void this.#loadModels();
  }

  #listen(): void {
    byId('new').addEventListener('click', () => {
      this.#open(this.#current.messages.length === 0 ? this.#current : blank());
    });
    systemField().addEventListener('input', () => {
      this.#current.system = systemField().value;
    });
    systemField().addEventListener('change', () => {
      this.#showSystem();
      if (this.#current.messages.length > 0) this.#save(this.#current);
    });
    addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.isComposing || document.querySelector('dialog')) return;
      if (!this.#drawer.isOpen) {
        this.#stop();
        return;
      }
      this.#drawer.set(false);
      byId('chats').focus();
    });
    addEventListener('pagehide', () => {
      for (const each of this.#store.list()) {
        if (this.#answers.isRunning(each)) this.#store.save(each);
      }
    });
    addEventListener('storage', ({ key }) => {
      if (key !== null) this.#takeFromOtherTab(key);
    });
  }

  async #loadModels(): Promise<void> {
    this.#notice(undefined);
    try {
      await this.#models.load();
      this.#models.choose(this.#current.model);
      if (this.#models.value === undefined) this.#notice('The server has no model.', 'Look again');
    } catch (error) {
      const text = error instanceof RequestError ? error.message : String(error);
      this.#notice(text, 'Try again');
    }
  }

  #open(conversation: Conversation): void {
    this.#current = conversation;
    currentId.write(conversation.id);
    this.#models.choose(conversation.model);
    systemField().value = conversation.system;
    this.#showSystem();
    this.#view.open(conversation);
    this.#composer.setRunning(this.#answers.isRunning(conversation));
    this.#drawer.set(false);
    this.#drawSidebar();
    this.#composer.focus();
  }

  /** Whether the text was taken. */
  #send(text: string): boolean {
    if (this.#answers.isRunning(this.#current)) return false;
    if (this.#models.value === undefined) {
      void this.#loadModels();
      return false;
    }
    this.#current.messages.push({ role: 'user', content: text });
    this.#answer();
    this.#view.scrollToEnd();
    return true;
  }

  #again(): void {
    if (this.#answers.isRunning(this.#current) || this.#models.value === undefined) return;
    this.#current.messages.pop();
    this.#answer();
    this.#composer.focus();
  }

  #answer(): void {
    this.#current.model = this.#models.value;
    this.#current.changed = Date.now();
    void this.#answers.start(this.#current);
  }

  #stop(): void {
    this.#answers.stop(this.#current);
  }

  #grown(conversation: Conversation, message: Message): void {
    if (conversation === this.#current) this.#view.update(message);
    if (performance.now() - this.#savedMs > SAVE_MS) this.#save(conversation);
  }

  #changed(conversation: Conversation): void {
    // It may have been deleted while the answer came.
    if (this.#answers.isRunning(conversation) || this.#store.get(conversation.id)) {
      this.#save(conversation);
    }
    this.#drawSidebar();
    if (conversation !== this.#current) return;
    this.#view.show(conversation);
    this.#composer.setRunning(this.#answers.isRunning(conversation));
  }

  #save(conversation: Conversation): void {
    this.#savedMs = performance.now();
    const problem = this.#store.save(conversation);
    if (problem !== undefined) this.#notice(problem);
  }

  async #rename(conversation: Conversation): Promise<void> {
    const title = await askText({
      title: 'Rename the conversation',
      label: 'Title',
      value: titleOf(conversation),
      agree: 'Rename',
    });
    if (title === undefined) return;
    conversation.title = title.trim() === '' ? undefined : title.trim();
    this.#save(conversation);
    this.#drawSidebar();
  }

  async #remove(conversation: Conversation): Promise<void> {
    const consent = await askConsent({
      title: 'Delete the conversation?',
      text: `\u201c${titleOf(conversation)}\u201d cannot be brought back.`,
      agree: 'Delete',
      isDangerous: true,
    });
    if (!consent) return;
    this.#store.remove(conversation.id);
    this.#answers.stop(conversation);
    this.#notice(undefined);
    this.#open(this.#store.list()[0] ?? blank());
  }

  #takeFromOtherTab(key: string): void {
    // What this tab is writing itself, it knows best.
    const running = this.#store.list().filter((each) => this.#answers.isRunning(each));
    if (running.some(({ id }) => key.endsWith(id)) || !this.#store.read(key)) return;
    const id = this.#current.id;
    const stored = this.#store.get(id);
    if (key.endsWith(id)) {
      this.#current = stored ?? blank();
      this.#view.open(this.#current);
    }
    this.#drawSidebar();
  }

  #drawSidebar(): void {
    drawSidebar(this.#store.list(), this.#current, {
      open: (conversation) => {
        this.#open(conversation);
      },
      rename: (conversation) => void this.#rename(conversation),
      remove: (conversation) => void this.#remove(conversation),
    });
  }

  /** A system prompt that is in force is to be seen, though it is folded. */
  #showSystem(): void {
    byId('system-state').textContent = this.#current.system.trim() === '' ? '' : ' (set)';
  }

  #notice(text: string | undefined, retry?: string): void {
    // The same text again would be read aloud again.
    if (text !== undefined && byId('notice').firstElementChild?.textContent === text) return;
    const act = (): void => void this.#loadModels();
    const hide = (): void => {
      this.#notice(undefined);
    };
    const parts =
      text === undefined
        ? []
        : [
            make('p', {}, text),
            retry === undefined
              ? makeButton({ 'aria-label': 'Close the message' }, hide, 'Close')
              : makeButton({}, act, retry),
          ];
    byId('notice').replaceChildren(...parts);
  }
}

function blank(): Conversation {
  return { id: newId(), system: '', changed: Date.now(), messages: [] };
}

/** Browsers have `randomUUID` only where the page is local or encrypted. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
