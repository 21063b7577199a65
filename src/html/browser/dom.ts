type Child = Node | string | undefined;

export interface Properties {
  readonly class?: string | undefined;
  readonly [attribute: string]: string | undefined;
}

/** An element. Texts become text nodes: nothing that an image or a model says is ever taken for markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** A button that does something. */
export function makeButton(
  attributes: Properties,
  act: () => void,
  ...children: readonly Child[]
): HTMLButtonElement {
  const button = make('button', { type: 'button', ...attributes }, ...children);
  button.addEventListener('click', act);
  return button;
}

/** The element of the page with that id, which the page has. */
export function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}
