import { byId } from '../../../html/browser/dom.js';

const field = (): HTMLTextAreaElement => byId('question') as HTMLTextAreaElement;

/** What keyboards of Safari send with the Enter that ends a composition. */
const COMPOSING_KEY_CODE = 229;

/** Where questions are written. */
export class Composer {
  constructor(
    private readonly send: (text: string) => boolean,
    stop: () => void,
  ) {
    field().addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
      event.preventDefault();
      this.#submit();
    });
    byId('send').addEventListener('click', () => {
      this.#submit();
    });
    byId('stop').addEventListener('click', stop);
  }

  focus(): void {
    field().focus();
  }

  /** While an answer comes it can be stopped, and nothing is sent. */
  setRunning(isRunning: boolean): void {
    const shown = byId(isRunning ? 'stop' : 'send');
    const hidden = byId(isRunning ? 'send' : 'stop');
    const hadFocus = document.activeElement === hidden;
    shown.hidden = false;
    hidden.hidden = true;
    if (hadFocus) this.focus();
  }

  #submit(): void {
    if (field().value.trim() === '') return;
    if (this.send(field().value)) field().value = '';
  }
}

/** Whether a key belongs to the writing of a character that takes several. */
function isComposing(event: KeyboardEvent): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Safari tells it by nothing else
  return event.isComposing || event.keyCode === COMPOSING_KEY_CODE;
}
