import { byId, make, makeButton } from '../../../html/browser/dom.js';
import { titleOf } from '../conversation.js';
import type { Conversation } from '../conversation.js';

interface Actions {
  open: (conversation: Conversation) => void;
  rename: (conversation: Conversation) => void;
  remove: (conversation: Conversation) => void;
}

/** Draws the list of conversations; the one that is shown has its buttons. */
export function drawSidebar(
  conversations: readonly Conversation[],
  current: Conversation,
  actions: Actions,
): void {
  const items = conversations.map((conversation) => {
    const isCurrent = conversation.id === current.id;
    const title = titleOf(conversation);
    const button = makeButton(
      { class: 'title', title, ...(isCurrent ? { 'aria-current': 'true' } : {}) },
      () => {
        actions.open(conversation);
      },
      make('bdi', {}, title),
    );
    return isCurrent
      ? make('li', { class: 'current' }, button, itemButtons(conversation, title, actions))
      : make('li', {}, button);
  });
  byId('conversations').replaceChildren(...items);
}

function itemButtons(conversation: Conversation, title: string, actions: Actions): HTMLElement {
  const rename = (): void => {
    actions.rename(conversation);
  };
  const remove = (): void => {
    actions.remove(conversation);
  };
  return make(
    'div',
    { class: 'item-buttons' },
    makeButton({ 'aria-label': `Rename ${title}` }, rename, 'Rename'),
    makeButton({ 'aria-label': `Delete ${title}` }, remove, 'Delete'),
  );
}

/** On narrow windows the list lies over the conversation, while it is wanted. */
export class Drawer {
  readonly #button = byId('chats');
  readonly #sidebar = byId('sidebar');

  constructor() {
    this.#button.addEventListener('click', () => {
      this.set(!this.isOpen);
      if (this.isOpen) byId('new').focus();
    });
    byId('shade').addEventListener('click', () => {
      this.set(false);
    });
  }

  get isOpen(): boolean {
    return this.#sidebar.classList.contains('open');
  }

  set(isOpen: boolean): void {
    this.#sidebar.classList.toggle('open', isOpen);
    byId('shade').hidden = !isOpen;
    this.#button.setAttribute('aria-expanded', String(isOpen));
  }
}
