import { make, makeButton } from '../../../html/browser/dom.js';
import type { Message } from '../conversation.js';
import { MarkdownView } from './blocks.js';
import { copyButton } from './copy.js';
import { figuresText } from './speed.js';

export interface MessageView {
  readonly element: HTMLElement;
  /** Shows the message as it is now. */
  update(): void;
}

export function questionView({ content }: Message): MessageView {
  const element = make('article', { class: 'question', 'aria-label': 'You' }, content);
  return { element, update: () => undefined };
}

/** An answer, which grows while it comes. */
export class AnswerView implements MessageView {
  readonly element = make('article', { class: 'answer', 'aria-label': 'Answer' });
  readonly #markdown = new MarkdownView();
  readonly #thought = make('div', { class: 'plain' });
  readonly #thoughts = make('details', {}, make('summary', {}, 'Reasoning'), this.#thought);
  readonly #problem = make('p', { class: 'problem' });
  readonly #figures = make('span', { class: 'figures' });
  readonly #waiting = make('p', { class: 'waiting' }, 'Waiting for the model\u2026');
  readonly #copy: HTMLButtonElement;
  readonly #again: HTMLButtonElement;
  #spokenCount = 0;

  constructor(
    private readonly message: Message,
    again: () => void,
    /** Says a text to who hears the page. */
    private readonly say: (text: string) => void,
  ) {
    this.#copy = copyButton(
      () => message.content,
      'Copy the answer',
      () => this.#markdown.element,
    );
    this.#again = makeButton({ class: 'again' }, again, 'Answer again');
    this.element.append(
      make('p', { class: 'who' }, message.model ?? 'Answer'),
      this.#waiting,
      this.#thoughts,
      this.#markdown.element,
      this.#problem,
      make('div', { class: 'foot' }, this.#figures, this.#copy, this.#again),
    );
    // What is there already was said when it came.
    if (message.ending !== undefined) this.#spokenCount = Infinity;
    this.update();
  }

  update(): void {
    const { content, reasoning = '', ending, figures } = this.message;
    this.#waiting.hidden = ending !== undefined || content !== '' || reasoning !== '';
    this.#thoughts.hidden = reasoning === '';
    if (this.#thought.textContent !== reasoning) this.#thought.textContent = reasoning;
    this.#markdown.show(content);
    this.#figures.textContent = figures ? figuresText(figures) : '';
    this.#problem.textContent = problemText(this.message) ?? '';
    this.#problem.hidden = this.#problem.textContent === '';
    this.#problem.classList.toggle('quiet', ending !== 'failed');
    this.#copy.hidden = content === '' || ending === undefined;
    this.#speak();
  }

  /** Only the last answer can be asked for again. */
  setLast(isLast: boolean): void {
    const { ending } = this.message;
    this.#again.hidden = !isLast || ending === undefined;
    this.#again.textContent = ending === 'failed' ? 'Try again' : 'Answer again';
  }

  /** Whole paragraphs, once they are finished: nobody wants to hear token after token. */
  #speak(): void {
    const isOver = this.message.ending !== undefined;
    const end = this.#markdown.blockCount - (isOver ? 0 : 1);
    if (end > this.#spokenCount) {
      for (const text of this.#markdown.textsFrom(this.#spokenCount, end)) this.say(text);
      this.#spokenCount = end;
    }
    if (!isOver || this.#spokenCount === Infinity) return;
    this.say(problemText(this.message) ?? 'End of the answer.');
    this.#spokenCount = Infinity;
  }
}

function problemText({ ending, error, content, reasoning = '' }: Message): string | undefined {
  if (ending === 'failed') return error ?? 'The answer failed.';
  if (ending === 'stopped') return 'Stopped.';
  if (ending === 'length') return 'Cut off: the answer has reached the limit of tokens.';
  if (ending === 'complete' && content === '' && reasoning === '') return 'The model said nothing.';
  return undefined;
}
