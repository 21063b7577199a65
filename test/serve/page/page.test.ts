import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pageFiles } from '../../../src/serve/page-files.js';
import { CHROMIUM } from '../../support/chromium.js';
import { skipWhere } from '../../support/skipping.js';
import { openPage, startBrowser } from './browser.js';
import type { WatchedPage } from './browser.js';
import {
  END,
  FakeServer,
  answerOf,
  pieceEvent,
  sendError,
  sendInPieces,
  startStream,
} from './server.js';

const ANSWER = 'Été, 中文 and 👩‍👩‍👧 with **bold** words.';

/** Markdown with what must not become markup, and a link that must lead nowhere. */
const HOSTILE = [
  'Before <script>window.wasRun = 1</script> <img src=x onerror="window.wasRun = 1"> after.',
  '<script>window.wasRun = 1</script>',
  '<iframe src="https://example.com"></iframe>',
  '[bad](javascript:window.wasRun=1) [good](https://example.com/a) ![picture](https://example.com/p.png)',
].join('\n\n');

const RICH = [
  '# Heading\n\nA *word*, a **word**, `code`, ~~gone~~.',
  '- one\n- two\n  1. inner\n\n> quoted',
  '| a | b |\n| --- | ---: |\n| 1 | 2 |',
  '```js\nif (a < b && c) {\n  f("é 中");\n}\n```',
].join('\n\n');

/** Programs for the page, as texts: the tests are not compiled for a browser. */
const FILL_STORAGE = `
  const fill = (length) => {
    try {
      for (;;) localStorage.setItem('x' + length + '-' + localStorage.length, 'x'.repeat(length));
    } catch {}
  };
  for (let length = 1 << 20; length >= 1; length >>= 1) fill(length);
`;
const PRESS_ENTER_IN_COMPOSITION = `(() => {
  const field = document.getElementById('question');
  let seen;
  field.addEventListener('keydown', (event) => (seen = event.isComposing), { once: true });
  const init = { key: 'Enter', isComposing: true, bubbles: true, cancelable: true };
  field.dispatchEvent(new KeyboardEvent('keydown', init));
  return seen;
})()`;
const WITHOUT_NAME = `
  [...document.querySelectorAll('button, select, textarea, input, summary')]
    .filter((each) => !each.closest('[hidden]'))
    .filter((each) => !each.labels?.length && !each.getAttribute('aria-label'))
    .filter((each) => each.matches('textarea, input, select') || each.textContent === '')
    .map((each) => each.outerHTML)`;
const LINKS = `
  [...document.querySelectorAll('article[aria-label=Answer] a')]
    .map((each) => [each.getAttribute('href'), each.rel])`;
const WIDTHS = `
  [document.documentElement, document.body, document.getElementById('messages')]
    .map((each) => [each.scrollWidth, each.clientWidth])`;

describe('the chat page', skipWhere(CHROMIUM === undefined, 'there is no Chromium'), () => {
  let browser: Browser;
  let server: FakeServer;
  let url: string;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });
  beforeEach(async () => {
    server = new FakeServer(await pageFiles());
    server.answer = (response) => sendInPieces(response, answerOf(ANSWER), 1000);
    url = await server.listen();
    await open();
  });
  afterEach(async () => {
    const { complaints, requests, context } = watched;
    await context.close();
    await server.close();
    expect(complaints).toEqual([]);
    expect(requests.filter((each) => !each.startsWith(url))).toEqual([]);
  });

  async function open(options: Parameters<typeof openPage>[2] = {}): Promise<void> {
    watched = await openPage(browser, url, options);
    page = watched.page;
  }
  async function reopen(options: Parameters<typeof openPage>[2]): Promise<void> {
    await watched.context.close();
    await open(options);
  }
  const question = (): Locator => page.getByRole('textbox', { name: 'Question' });
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  const answers = (): Locator => page.getByRole('article', { name: 'Answer' });
  async function ask(text: string): Promise<void> {
    await question().fill(text);
    await question().press('Enter');
  }
  /** Asks, and waits for the end of the answer. */
  async function askThrough(text: string): Promise<void> {
    await ask(text);
    await button('Answer again').waitFor();
  }

  it('sends a question with the chosen model and the system prompt, and shows the answer', async () => {
    await page.getByLabel('Model').selectOption('large');
    await page.getByText('System prompt').click();
    await page.getByRole('textbox', { name: 'System prompt' }).fill('Be short.');
    await askThrough('Hello é 中 👋');
    expect(server.requests).toMatchObject([
      {
        model: 'large',
        stream: true,
        messages: [
          { role: 'system', content: 'Be short.' },
          { role: 'user', content: 'Hello é 中 👋' },
        ],
      },
    ]);
    expect(await page.getByRole('article', { name: 'You' }).textContent()).toBe('Hello é 中 👋');
    expect(await answers().locator('.markdown').textContent()).toBe(
      'Été, 中文 and 👩‍👩‍👧 with bold words.',
    );
    expect(await answers().textContent()).toContain('42 tokens · 12.3 tokens/s');
    expect(await question().inputValue()).toBe('');

    await askThrough('And?');
    expect(server.requests[1]!.messages.slice(2)).toEqual([
      { role: 'assistant', content: ANSWER },
      { role: 'user', content: 'And?' },
    ]);
  });

  it.each([1, 2, 7])('reads a stream that is cut every %i bytes', async (length) => {
    server.answer = (response) => sendInPieces(response, answerOf(ANSWER), length);
    await askThrough('x');
    expect(await answers().locator('.markdown').textContent()).toBe(ANSWER.replaceAll('*', ''));
  });

  it('shows what has come while the answer comes, and stops it with Escape', async () => {
    server.answer = (response) => {
      startStream(response);
      response.write(pieceEvent({ content: 'The first half' }));
    };
    await ask('x');
    await page.getByText('The first half').waitFor();
    expect(await button('Send').isVisible()).toBe(false);
    await page.keyboard.press('Escape');
    await page.getByText('Stopped.', { exact: true }).first().waitFor();
    await vi.waitFor(() => {
      expect(server.cancelledCount).toBe(1);
    });
    expect(await button('Send').isVisible()).toBe(true);
    expect(await page.evaluate('document.activeElement.id')).toBe('question');

    server.answer = (response) => sendInPieces(response, answerOf('Whole.'), 1000);
    await button('Answer again').click();
    await page.getByText('Whole.').first().waitFor();
    expect(server.requests[1]!.messages).toEqual([{ role: 'user', content: 'x' }]);
    expect(await answers().count()).toBe(1);
  });

  it('stops an answer with the button, before anything has come', async () => {
    server.answer = startStream;
    await ask('x');
    await page.getByText('Waiting for the model').waitFor();
    await button('Stop').click();
    await page.getByText('Stopped.', { exact: true }).first().waitFor();
    await vi.waitFor(() => {
      expect(server.cancelledCount).toBe(1);
    });
  });

  it('folds what the model thought', async () => {
    server.answer = (response) =>
      sendInPieces(response, answerOf('Done.', 'Let me <b>think</b>.'), 9);
    await askThrough('x');
    const thought = answers().getByText('Let me <b>think</b>.');
    expect(await thought.isVisible()).toBe(false);
    await page.getByText('Reasoning').click();
    expect(await thought.isVisible()).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it('shows HTML of a model as text, and links to the web alone', async () => {
    server.answer = (response) => sendInPieces(response, answerOf(HOSTILE), 1000);
    await askThrough(HOSTILE);
    for (const text of await page.getByRole('article').allTextContents()) {
      expect(text).toContain('Before <script>window.wasRun = 1</script> <img src=x onerror=');
      expect(text).toContain('<iframe src="https://example.com"></iframe>');
    }
    expect(await page.locator('article :is(script, img, iframe)').count()).toBe(0);
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
    const links = await page.evaluate(LINKS);
    expect(links).toEqual([
      ['https://example.com/a', 'noopener noreferrer'],
      ['https://example.com/p.png', 'noopener noreferrer'],
    ]);
  });

  it('shows Markdown, and copies code', async () => {
    await watched.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    server.answer = (response) => sendInPieces(response, answerOf(RICH), 50);
    await askThrough('x');
    const made = answers().locator('.markdown');
    expect(await made.getByRole('heading', { name: 'Heading' }).count()).toBe(1);
    for (const name of ['em', 'strong', 'p > code', 'del', 'ul > li', 'li ol > li', 'blockquote']) {
      expect(await made.locator(name).count(), name).toBeGreaterThan(0);
    }
    expect(await made.getByRole('cell').allTextContents()).toEqual(['1', '2']);
    const code = 'if (a < b && c) {\n  f("é 中");\n}';
    expect(await made.locator('pre').textContent()).toBe(code);
    await button('Copy the code').click();
    await made.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(code);
  });

  it('keeps several conversations over a reload, renames and deletes them', async () => {
    await askThrough('First question');
    await button('New conversation').click();
    await askThrough('Second question');
    await page.reload();
    const list = page.getByRole('navigation').locator('.title');
    expect(await list.allTextContents()).toEqual(['Second question', 'First question']);
    expect(await answers().locator('strong').textContent()).toBe('bold');

    await list.nth(1).click();
    expect(await page.getByRole('article', { name: 'You' }).textContent()).toBe('First question');
    await button('Rename First question').click();
    await page.getByLabel('Title').fill('Été 中');
    await page.getByLabel('Title').press('Enter');
    await page.reload();
    expect(await list.allTextContents()).toEqual(['Second question', 'Été 中']);
    expect(await page.getByRole('article', { name: 'You' }).textContent()).toBe('First question');

    await button('Delete Été 中').click();
    await button('Cancel').click();
    expect(await list.count()).toBe(2);
    await button('Delete Été 中').click();
    await button('Delete').click();
    await page.reload();
    expect(await list.allTextContents()).toEqual(['Second question']);
  });

  it('keeps an answer coming while another conversation is shown', async () => {
    let finish: () => void = () => undefined;
    server.answer = (response) => {
      startStream(response);
      response.write(pieceEvent({ content: 'slow ' }));
      finish = () => response.end(pieceEvent({ content: 'answer' }) + END);
    };
    await ask('First');
    await page.getByText('slow').waitFor();
    await button('New conversation').click();
    expect(await button('Send').isVisible()).toBe(true);
    server.answer = (response) => sendInPieces(response, answerOf('quick'), 1000);
    await askThrough('Second');
    finish();
    await page.getByRole('navigation').getByText('First').click();
    await page.getByText('slow answer').first().waitFor();
    await button('Answer again').waitFor();
  });

  it('says that the browser has no room, and goes on', async () => {
    await page.evaluate(FILL_STORAGE);
    await askThrough('x');
    expect(await page.getByRole('alert').textContent()).toContain('no room left');
    expect(await answers().textContent()).toContain('bold words');
  });

  it('asks for the key that the server wants, and keeps it for this tab alone', async () => {
    server.key = 'sk-right';
    await page.reload();
    await page.getByRole('textbox', { name: 'Key' }).fill('sk-wrong');
    await button('Use this key').click();
    await page.getByText('did not accept that key').waitFor();
    await page.getByRole('textbox', { name: 'Key' }).fill(' sk-right\n');
    await page.getByRole('textbox', { name: 'Key' }).press('Enter');
    await page.getByLabel('Model').getByText('large').waitFor({ state: 'attached' });
    await askThrough('x');
    await page.reload();
    await page.getByLabel('Model').getByText('large').waitFor({ state: 'attached' });
    expect(await page.getByRole('dialog').count()).toBe(0);
    const stored = await page.evaluate<string[]>(
      '[localStorage, sessionStorage].map((each) => JSON.stringify(each))',
    );
    expect(stored[0]).not.toContain('sk-right');
    expect(stored[1]).toContain('sk-right');
  });

  it('says that a key is wanted when the reader gives none', async () => {
    server.key = 'sk-right';
    await page.reload();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('alert').getByText('The server wants an API key').waitFor();
  });

  it.each([
    [500, 'The server failed (HTTP 500): the model <b>died</b>'],
    [503, 'The server has no room for this now (HTTP 503): the model <b>died</b>'],
    [400, 'The server refused the request (HTTP 400): the model <b>died</b>'],
  ])('shows an error %i, keeps the question, and tries again', async (status, text) => {
    server.answer = (response) => {
      sendError(response, status, 'the model <b>died</b>');
    };
    await ask('Lost?');
    await answers().getByText(text).waitFor();
    server.answer = (response) => sendInPieces(response, answerOf('Here.'), 1000);
    await button('Try again').click();
    await answers().getByText('Here.').waitFor();
    expect(server.requests[1]!.messages).toEqual([{ role: 'user', content: 'Lost?' }]);
    expect(await answers().count()).toBe(1);
  });

  it.each([
    ['ends early', (half: string) => half, 'broke off', true],
    ['is cut', (half: string) => half, 'broke off', false],
    [
      'ends with an error',
      (half: string) => `${half}data: {"error":{"message":"out of memory"}}\n\n`,
      'The server failed: out of memory',
      true,
    ],
    ['has what is no JSON', (half: string) => `${half}data: {\n\n`, 'no answer', true],
  ])('keeps what came of a stream that %s', async (_, make, text, isEnded) => {
    server.answer = (response) => {
      startStream(response);
      response.write(make(pieceEvent({ content: 'Half of' })), () => {
        if (isEnded) response.end();
        else setTimeout(() => response.destroy(), 200);
      });
    };
    await ask('x');
    await answers().getByText(text).waitFor();
    expect(await answers().locator('.markdown').textContent()).toBe('Half of');
    await button('Try again').waitFor();
  });

  it('says that the server is gone', async () => {
    await page.getByLabel('Model').getByText('large').waitFor({ state: 'attached' });
    await page.route('**/v1/chat/completions', (route) => route.abort('connectionrefused'));
    await ask('x');
    await answers().getByText('The server cannot be reached').waitFor();
  });

  it('says that there is no model, and looks again', async () => {
    server.models = [];
    await page.reload();
    await page.getByText('The server has no model.').waitFor();
    await ask('x');
    expect(server.requests).toEqual([]);
    expect(await question().inputValue()).toBe('x');
    server.models = ['new'];
    await button('Look again').click();
    await page.getByLabel('Model').getByText('new').waitFor({ state: 'attached' });
    expect(await page.getByRole('alert').textContent()).toBe('');
  });

  it('breaks the line with Shift and Enter, and sends nothing that is empty', async () => {
    await question().press('Enter');
    await question().pressSequentially('a');
    await question().press('Shift+Enter');
    await question().pressSequentially('b');
    expect(server.requests).toEqual([]);
    await question().press('Enter');
    await button('Answer again').waitFor();
    expect(server.requests[0]!.messages).toEqual([{ role: 'user', content: 'a\nb' }]);
  });

  it('sends nothing with an Enter that ends a composition', async () => {
    const devtools = await watched.context.newCDPSession(page);
    await question().focus();
    await devtools.send('Input.imeSetComposition', {
      text: 'にほん',
      selectionStart: 3,
      selectionEnd: 3,
    });
    const isComposing = await page.evaluate(PRESS_ENTER_IN_COMPOSITION);
    expect(isComposing).toBe(true);
    await devtools.send('Input.insertText', { text: '日本' });
    expect(await question().inputValue()).toBe('日本');
    expect(server.requests).toEqual([]);
    await question().press('Enter');
    await button('Answer again').waitFor();
    expect(server.requests[0]!.messages).toEqual([{ role: 'user', content: '日本' }]);
  });

  it('takes 100 kB that are pasted', async () => {
    const text = `é 中 ${'word '.repeat(20_000)}${'W'.repeat(1000)}`;
    await question().focus();
    await watched.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await page.keyboard.press('Control+V');
    await question().press('Enter');
    await button('Answer again').waitFor();
    expect(server.requests[0]!.messages).toEqual([{ role: 'user', content: text }]);
    await page.reload();
    expect(await page.getByRole('article', { name: 'You' }).textContent()).toBe(text);
  });

  it('gives a screen reader whole paragraphs, and the end of the answer', async () => {
    let finish: () => void = () => undefined;
    server.answer = (response) => {
      startStream(response);
      for (const word of ['One ', 'two.\n\n', 'Three '])
        response.write(pieceEvent({ content: word }));
      finish = () => response.end(pieceEvent({ content: 'four.' }) + END);
    };
    const spoken = page.locator('[aria-live=polite] p');
    await ask('x');
    await spoken.first().waitFor({ state: 'attached' });
    expect(await spoken.allTextContents()).toEqual(['One two.']);
    finish();
    await button('Answer again').waitFor();
    expect(await spoken.allTextContents()).toEqual([
      'One two.',
      'Three four.',
      'End of the answer.',
    ]);
  });

  it('has landmarks, and names for all that can be operated', async () => {
    await askThrough('x');
    for (const role of ['banner', 'navigation', 'main'] as const) {
      expect(await page.getByRole(role).count(), role).toBe(1);
    }
    const unnamed = await page.evaluate(WITHOUT_NAME);
    expect(unnamed).toEqual([]);
  });

  it.each([
    ['light', 'rgb(246, 247, 248)'],
    ['dark', 'rgb(16, 20, 24)'],
  ] as const)('has the colours of the %s scheme', async (colorScheme, colour) => {
    await reopen({ colorScheme });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(colour);
  });

  it('fits a phone: nothing is wider, and the list lies over the conversation', async () => {
    await reopen({ viewport: { width: 360, height: 740 }, hasTouch: true });
    const wide = `${'W'.repeat(300)}\n\n${RICH}\n\n\`\`\`\n${'w'.repeat(300)}\n\`\`\``;
    server.answer = (response) => sendInPieces(response, answerOf(wide), 1000);
    await askThrough('W'.repeat(300));
    const widths = await page.evaluate(WIDTHS);
    expect(widths).toEqual([360, 360, 360].map((width) => [width, width]));

    expect(await page.getByRole('navigation').isVisible()).toBe(false);
    await button('Chats').click();
    expect(await page.getByRole('navigation').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('navigation').isVisible()).toBe(false);
  });
});
