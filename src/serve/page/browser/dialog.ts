import { make, makeButton } from '../../../html/browser/dom.js';

interface Question {
  readonly title: string;
  readonly text?: string | undefined;
  /** What the button says that agrees. */
  readonly agree: string;
  readonly isDangerous?: boolean;
}

interface TextQuestion extends Question {
  readonly label: string;
  readonly value?: string;
  readonly isSecret?: boolean;
}

/** Asks for a line of text; undefined: the reader wants none of it. */
export function askText(question: TextQuestion): Promise<string | undefined> {
  const input = make('input', {
    type: question.isSecret ? 'password' : 'text',
    id: 'dialog-text',
    autocomplete: 'off',
    spellcheck: 'false',
    value: question.value,
  });
  const label = make('label', { for: 'dialog-text' }, question.label);
  input.select();
  return open(question, [label, input]).then((agreed) => (agreed ? input.value : undefined));
}

export function askConsent(question: Question): Promise<boolean> {
  return open(question, []);
}

function open(question: Question, fields: readonly HTMLElement[]): Promise<boolean> {
  const { title, text, agree, isDangerous = false } = question;
  return new Promise((done) => {
    const cancel = (): void => {
      dialog.close('no');
    };
    // A form, so that Enter agrees, and a browser offers to keep a key where its reader wants that.
    const form = make(
      'form',
      {},
      make('h2', { id: 'dialog-title' }, title),
      text === undefined ? undefined : make('p', {}, text),
      ...fields,
      make(
        'div',
        { class: 'buttons' },
        makeButton({}, cancel, 'Cancel'),
        make('button', { class: isDangerous ? 'danger' : 'primary' }, agree),
      ),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      dialog.close('yes');
    });
    const dialog = make('dialog', { 'aria-labelledby': 'dialog-title' }, form);
    dialog.addEventListener('close', () => {
      dialog.remove();
      done(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
