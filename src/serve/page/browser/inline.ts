import type { MarkedToken, Token, Tokens } from 'marked';
import { make } from '../../../html/browser/dom.js';

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

/** Text with the references that models write decoded; others stay as they are. */
function decodeEntities(text: string): string {
  return text.replace(/&(?:(\w+)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (whole, name, decimal, hex) => {
    if (name !== undefined) return ENTITIES[name as string] ?? whole;
    const code = decimal === undefined ? parseInt(hex as string, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** What is within a line. HTML is shown as the text that it is. */
export function inlineNodes(tokens: readonly Token[]): Node[] {
  return tokens.map((token) => inlineNode(token as MarkedToken));
}

function inlineNode(token: MarkedToken): Node {
  switch (token.type) {
    case 'strong':
      return make('strong', {}, ...inlineNodes(token.tokens));
    case 'em':
      return make('em', {}, ...inlineNodes(token.tokens));
    case 'del':
      return make('del', {}, ...inlineNodes(token.tokens));
    case 'codespan':
      return make('code', {}, token.text);
    case 'br':
      return make('br');
    case 'link':
      return link(token.href, inlineNodes(token.tokens), token.text);
    case 'image':
      // Nothing is loaded from elsewhere, so a picture is a link.
      return link(token.href, [new Text(token.text === '' ? token.href : token.text)], token.text);
    case 'checkbox':
      return checkbox(token);
    case 'html':
      return /^<br\s*\/?>$/i.test(token.raw) ? make('br') : new Text(token.raw);
    case 'text':
      if (token.tokens) return fragment(inlineNodes(token.tokens));
      return new Text(decodeEntities(token.text));
    case 'escape':
      return new Text(token.text);
    default:
      return new Text(token.raw);
  }
}

function checkbox({ checked }: Tokens.Checkbox): Node {
  const attributes = { type: 'checkbox', disabled: '', 'aria-label': checked ? 'done' : 'open' };
  return make('input', checked ? { ...attributes, checked: '' } : attributes);
}

/** A link to the web opens beside the page; any other is shown, and leads nowhere. */
function link(href: string, children: readonly Node[], text: string): Node {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') {
    const attributes = { href: url.href, target: '_blank', rel: 'noopener noreferrer' };
    return make('a', attributes, ...children);
  }
  return fragment(text === href ? children : [...children, new Text(` (${href})`)]);
}

export function fragment(nodes: readonly Node[]): DocumentFragment {
  const made = document.createDocumentFragment();
  made.append(...nodes);
  return made;
}
