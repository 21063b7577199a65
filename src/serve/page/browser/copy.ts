import { makeButton } from '../../../html/browser/dom.js';

const SHOWN_MS = 2000;

/** A button that copies a text. Where the page may not, it selects the element that shows the text. */
export function copyButton(
  text: () => string,
  label: string,
  shown: () => Element,
): HTMLButtonElement {
  const say = (words: string): void => {
    button.textContent = words;
    setTimeout(() => {
      button.textContent = 'Copy';
    }, SHOWN_MS);
  };
  const copy = async (): Promise<void> => {
    try {
      // Undefined where the page is neither local nor encrypted.
      await navigator.clipboard.writeText(text());
      say('Copied');
    } catch {
      getSelection()?.selectAllChildren(shown());
      say('Selected: press Ctrl+C');
    }
  };
  const button = makeButton({ class: 'copy', 'aria-label': label }, () => void copy(), 'Copy');
  return button;
}
