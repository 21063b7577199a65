import type { MarkedToken, Token, Tokens } from 'marked';
import { make } from '../../../html/browser/dom.js';
import { copyButton } from './copy.js';
import { fragment, inlineNodes } from './inline.js';

/** Headings of an answer, below those of the page. */
const HEADINGS = ['h3', 'h4', 'h5', 'h6', 'h6', 'h6'] as const;

/** A paragraph, a list, a table and the like, as elements; undefined where there is nothing to see. */
export function blockNode(token: Token): Node | undefined {
  const block = token as MarkedToken;
  switch (block.type) {
    case 'space':
    case 'def':
      return undefined;
    case 'paragraph':
      return make('p', {}, ...inlineNodes(block.tokens));
    case 'heading':
      return make(HEADINGS[block.depth - 1] ?? 'h6', {}, ...inlineNodes(block.tokens));
    case 'code':
      return codeBlock(block);
    case 'blockquote':
      return make('blockquote', {}, ...blockNodes(block.tokens));
    case 'list':
      return list(block);
    case 'table':
      return table(block);
    case 'hr':
      return make('hr');
    case 'html':
      return make('p', { class: 'plain' }, block.raw.trimEnd());
    default:
      return fragment(inlineNodes([token]));
  }
}

function blockNodes(tokens: readonly Token[]): Node[] {
  return tokens.map((token) => blockNode(token)).filter((node) => node !== undefined);
}

function codeBlock({ text, lang = '' }: Tokens.Code): Node {
  const code = make('code', {}, text);
  const name = lang.split(/\s/, 1)[0]!;
  return make(
    'div',
    { class: 'code' },
    make(
      'div',
      { class: 'code-head' },
      make('span', {}, name),
      copyButton(
        () => text,
        'Copy the code',
        () => code,
      ),
    ),
    // Can be scrolled sideways, so the keyboard has to reach it.
    make('pre', { tabindex: '0', role: 'region', 'aria-label': `Code ${name}`.trim() }, code),
  );
}

function list({ ordered, start, items }: Tokens.List): Node {
  const children = items.map(({ tokens }) => make('li', {}, ...blockNodes(tokens)));
  if (!ordered) return make('ul', {}, ...children);
  return make('ol', start === '' ? {} : { start: String(start) }, ...children);
}

function table({ header, rows }: Tokens.Table): Node {
  const cell =
    (name: 'th' | 'td') =>
    ({ align, tokens }: Tokens.TableCell): Node =>
      make(name, { class: align ?? undefined }, ...inlineNodes(tokens));
  const row = (name: 'th' | 'td', cells: readonly Tokens.TableCell[]): Node =>
    make('tr', {}, ...cells.map(cell(name)));
  return make(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Table' },
    make(
      'table',
      {},
      make('thead', {}, row('th', header)),
      make('tbody', {}, ...rows.map((cells) => row('td', cells))),
    ),
  );
}
