import { byId, make } from '../../../html/browser/dom.js';
import type { Conversation, Message } from '../conversation.js';
import { AnswerView, questionView } from './message-view.js';
import type { MessageView } from './message-view.js';

/** Within so many pixels of its end, a conversation follows the answer that comes. */
const NEAR_END_PX = 80;
/** How long what a screen reader is given stays there. */
const SPOKEN_MS = 10_000;

/** The messages of the conversation that is shown. */
export class ConversationView {
  readonly #area = byId('messages');
  readonly #spoken = byId('spoken');
  #views = new Map<Message, MessageView>();
  #forget: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly again: () => void) {}

  /** Shows a conversation from its end. */
  open(conversation: Conversation): void {
    this.#views = new Map();
    this.#area.replaceChildren();
    this.show(conversation);
    this.scrollToEnd();
  }

  /** Shows what has been added, or has changed. */
  show({ messages }: Conversation): void {
    const follows = this.#isNearEnd();
    for (const [message, { element }] of this.#views) {
      if (messages.includes(message)) continue;
      element.remove();
      this.#views.delete(message);
    }
    for (const message of messages) {
      const view = this.#views.get(message);
      if (view) view.update();
      else this.#append(message);
    }
    for (const [message, view] of this.#views) {
      if (view instanceof AnswerView) view.setLast(message === messages.at(-1));
    }
    this.#area.classList.toggle('empty', messages.length === 0);
    if (follows) this.scrollToEnd();
  }

  /** Shows a message that has changed. */
  update(message: Message): void {
    const follows = this.#isNearEnd();
    this.#views.get(message)?.update();
    if (follows) this.scrollToEnd();
  }

  scrollToEnd(): void {
    this.#area.scrollTop = this.#area.scrollHeight;
  }

  /** Has a screen reader say a text, once it has said what it is saying. */
  say(text: string): void {
    if (text === '') return;
    this.#spoken.append(make('p', {}, text));
    clearTimeout(this.#forget);
    this.#forget = setTimeout(() => {
      this.#spoken.replaceChildren();
    }, SPOKEN_MS);
  }

  #append(message: Message): void {
    const view =
      message.role === 'user'
        ? questionView(message)
        : new AnswerView(message, this.again, (text) => {
            this.say(text);
          });
    this.#views.set(message, view);
    this.#area.append(view.element);
  }

  #isNearEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#area;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }
}
