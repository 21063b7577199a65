import { describe, expect, it } from 'vitest';
import { cTexts, typescriptTexts } from './literals.js';
import { ROOT, readPage } from './pages.js';

/** What the kernel prints, not zosia. */
const OF_OTHERS = ['Initramfs unpacking failed: write error'];

/** What is put before a message when it is printed. */
const LABEL = /^(?:error: |hint: {2}|warning: |zosia: )/;

const texts = [
  ...(await typescriptTexts(`${ROOT}src`)),
  ...(await cTexts(`${ROOT}guest/init`)),
  ...(await cTexts(`${ROOT}guest/efi`)),
];
const isPrinted = (message: string): boolean =>
  [message, message.replace(LABEL, '')].some((text) => texts.some((each) => each.test(text)));

/** Messages that a page shows: lines of its `text` blocks, and first cells of tables that are code. */
async function messagesOf(path: string): Promise<string[]> {
  const { text, fences } = await readPage(path);
  const shown = fences.filter(({ language }) => language === 'text').flatMap(({ lines }) => lines);
  const cells = [...text.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, cell]) => cell!);
  return [...shown, ...cells].filter((message) => !OF_OTHERS.includes(message));
}

describe('the messages of the troubleshooting page', async () => {
  const messages = await messagesOf('docs/troubleshooting.md');

  it('are more than 40', () => {
    expect(messages.length).toBeGreaterThan(40);
  });

  it.each(messages)('are printed by zosia: %s', (message) => {
    expect(isPrinted(message)).toBe(true);
  });

  it.each([
    'error: QEMU has a cold',
    'error: there was no model llama',
    'hint:  Install it with: zosia doctor --uninstall',
    'zosia: ignoring a boot flag',
  ])('exclude an invented message: %s', (message) => {
    expect(isPrinted(message)).toBe(false);
  });
});
