/** As models in use have them. */
const TAGS = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<reasoning>', '</reasoning>'],
  ['<seed:think>', '</seed:think>'],
  ['[THINK]', '[/THINK]'],
] as const;

/** An opening tag ends within so many characters of a text, white space before it among them. */
const OPENING_MAX = 32;

const WHITE_SPACE = ' \t\n\r';

/**
 * Reasoning: what a model writes between tags, as <think> and </think>, before its answer. Some templates
 * open the tag in the prompt already, so that the generated text only closes it.
 *
 * Hidden reasoning is left out of a text with its tags and the white space behind it. Where it is shown, a
 * tag that the prompt has opened comes first.
 */
export class Reasoning {
  #state: 'before' | 'inside' | 'after' | 'answer';
  #closing: string;
  /** What may yet be a tag, or the beginning of one. */
  #held = '';
  /** What comes before the text, until it has begun. */
  #opened: string;

  /** @param prompt what the text follows; empty when no template made it */
  constructor(isHidden: boolean, prompt: string) {
    const found = openedIn(prompt);
    this.#opened = isHidden ? '' : (found?.text ?? '');
    this.#closing = found?.closing ?? '';
    if (!isHidden) this.#state = 'answer';
    else this.#state = found ? 'inside' : 'before';
  }

  /** What is to be shown of the next piece of the text. */
  feed(piece: string): string {
    if (piece === '') return '';
    this.#held += piece;
    if (this.#state === 'before') this.#open();
    if (this.#state === 'inside') this.#close();
    if (this.#state === 'after') {
      this.#held = withoutLeading(this.#held);
      if (this.#held !== '') this.#state = 'answer';
    }
    return this.#state === 'answer' ? this.#take() : '';
  }

  /** What is left to be shown once the text has ended. */
  end(): string {
    return this.#state === 'before' || this.#state === 'answer' ? this.#take() : '';
  }

  #open(): void {
    const text = withoutLeading(this.#held);
    const indent = this.#held.length - text.length;
    const tags = TAGS.find(([opening]) => text.startsWith(opening));
    if (tags && indent + tags[0].length <= OPENING_MAX) {
      this.#held = text.slice(tags[0].length);
      this.#closing = tags[1];
      this.#state = 'inside';
      return;
    }
    const mayOpen = TAGS.some(([opening]) => opening.startsWith(text));
    if (!mayOpen || this.#held.length >= OPENING_MAX) this.#state = 'answer';
  }

  #close(): void {
    const at = this.#held.indexOf(this.#closing);
    if (at >= 0) {
      this.#held = this.#held.slice(at + this.#closing.length);
      this.#state = 'after';
    } else {
      // The end may be the tag's beginning.
      this.#held = this.#held.slice(-(this.#closing.length - 1));
    }
  }

  #take(): string {
    const text = this.#opened + this.#held;
    this.#opened = '';
    this.#held = '';
    return text;
  }
}

/** The tag that a prompt opens, with nothing but white space behind it, and that white space. */
function openedIn(prompt: string): { text: string; closing: string } | undefined {
  let end = prompt.length;
  while (end > 0 && WHITE_SPACE.includes(prompt[end - 1]!)) end--;
  for (const [opening, closing] of TAGS) {
    if (!prompt.endsWith(opening, end)) continue;
    return { text: prompt.slice(end - opening.length), closing };
  }
  return undefined;
}

/** A prompt that opens a tag, with nothing in it: the model then answers at once. Others stay as they are. */
export function closeReasoning(prompt: string): string {
  const found = openedIn(prompt);
  return found ? `${prompt}${prompt.endsWith('\n') ? '' : '\n'}\n${found.closing}\n\n` : prompt;
}

function withoutLeading(text: string): string {
  let start = 0;
  while (start < text.length && WHITE_SPACE.includes(text[start]!)) start++;
  return text.slice(start);
}
