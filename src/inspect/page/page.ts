import { htmlDocument } from '../../html/document.js';
import { el } from '../../html/markup.js';
import type { Markup } from '../../html/markup.js';
import { sha256Bytes } from '../../image/sha256.js';
import { boundMap } from '../map/bound.js';
import type { MapRange, RangeKind } from '../map/range.js';
import { encodePage, scriptJson } from './encode.js';
import { STYLE } from './style.js';
import { countText, exactText } from './words.js';

/** What the ranges of a page may take of it, in bytes: it has to open at once. */
const MOST_CONTENTS_BYTES = 4 << 20;
const MOST_HOST_BYTES = 256 << 10;

export interface MapPage {
  /** The image, as its reader calls it. */
  readonly title: string;
  readonly contents: MapRange;
  /** Where its bytes lie on the host: see `hostRange`. */
  readonly host: MapRange;
  /** The program of the page, which is part of zosia: see `readPageScript`. */
  readonly script: string;
  /** What the ranges may take of the page, roughly; 4 MiB unless given. */
  readonly mostBytes?: number | undefined;
}

/**
 * A map as one page that needs nothing else: it may load nothing, and runs no program but its own. The
 * same map gives the same page. Where there are too many ranges, the smallest are drawn together.
 */
export function mapPage(page: MapPage): string {
  const { title, script, mostBytes = MOST_CONTENTS_BYTES } = page;
  const { range: contents, rangeCount, leftOutCount } = boundMap(page.contents, mostBytes);
  const { range: host } = boundMap(page.host, MOST_HOST_BYTES);
  if (/<\/script|<!--/i.test(script)) throw new RangeError('the program would end its own element');
  const data = scriptJson(encodePage(contents, host));
  return htmlDocument({
    title: `Map of ${title}`,
    policy: policyFor(script),
    style: STYLE,
    body: [
      header(title, page.contents),
      leftOutCount > 0 ? leftOutNotice(rangeCount, leftOutCount) : undefined,
      el('noscript', {}, 'This page draws the map with a program of its own: allow it to run.'),
      el('main', {}, tools(), map(contents), columns()),
      footer(),
      help(),
      el('script', { type: 'application/json', id: 'data' }, { markup: data }),
      el('script', {}, { markup: script }),
    ],
  });
}

/** No request of any kind, no style and no program but those of the page. */
function policyFor(script: string): string {
  const hash = (text: string): string =>
    `'sha256-${btoa(String.fromCharCode(...sha256Bytes(text)))}'`;
  return (
    `default-src 'none'; style-src ${hash(STYLE)}; script-src ${hash(script)}; ` +
    "base-uri 'none'; form-action 'none'"
  );
}

function header(title: string, { what, note, length, children = [] }: MapRange): Markup {
  const only = children.length === 1 ? children[0]! : undefined;
  const facts = only ? [only.what, only.name, only.note] : [what, note];
  const known = facts.filter((fact) => fact !== undefined && fact !== '');
  return el(
    'header',
    {},
    el('h1', {}, el('bdi', {}, title)),
    el('p', { class: 'quiet' }, [exactText(length), ...known].join(' · ')),
  );
}

function leftOutNotice(rangeCount: number, leftOutCount: number): Markup {
  const text =
    `The image has ${countText(rangeCount)} ranges. The ${countText(leftOutCount)} smallest are ` +
    'drawn together, and the search does not find them: zosia inspect --all and zosia ls -R list all.';
  return el('main', {}, el('p', { class: 'notice' }, text));
}

function tools(): Markup {
  const button = (id: string, label: string, text: string): Markup =>
    el('button', { type: 'button', id, title: label, 'aria-label': label }, text);
  return el(
    'div',
    { class: 'tools' },
    el(
      'form',
      { id: 'search', role: 'search' },
      el('input', {
        type: 'search',
        id: 'query',
        autocomplete: 'off',
        spellcheck: 'false',
        placeholder: 'Search: a name, a kind, or the number of a byte',
        'aria-label': 'Search the map',
      }),
      el('output', { id: 'found', for: 'query' }),
    ),
    el(
      'div',
      { class: 'buttons', role: 'group', 'aria-label': 'View' },
      button('farther', 'Zoom out', '\u2212'),
      button('closer', 'Zoom in', '+'),
      button('all', 'Show the whole image', 'Whole'),
      button('keys', 'Keyboard and mouse', '?'),
    ),
  );
}

function map(contents: MapRange): Markup {
  return el(
    'section',
    { class: 'card map', 'aria-label': 'Map' },
    el('nav', { 'aria-label': 'Way to the selected range' }, el('ol', { id: 'trail' })),
    el('div', { id: 'overview', 'aria-hidden': 'true' }, el('div', { id: 'window' })),
    el('div', { id: 'axis', 'aria-hidden': 'true' }),
    el('div', {
      id: 'rows',
      role: 'tree',
      tabindex: 0,
      'aria-label': 'Ranges: arrow keys select, Enter zooms in, Escape zooms out',
    }),
    el('p', { class: 'lane' }, 'On the host'),
    el('div', { id: 'host' }),
    legend(contents),
  );
}

const KIND_WORDS: Readonly<Record<RangeKind, string>> = {
  container: 'disk, partition, file system, group, archive',
  structure: 'structure of the format',
  directory: 'directory',
  file: 'file',
  part: 'part of a file',
  free: 'free, or padding',
  lost: 'unknown, or not readable',
  rest: 'many small ranges',
};

/** The kinds that the map has; small ranges come by zooming out. */
function legend(contents: MapRange): Markup {
  const kinds = new Set<RangeKind>(['rest']);
  const add = ({ kind, children = [] }: MapRange): void => {
    kinds.add(kind);
    for (const child of children) add(child);
  };
  add(contents);
  const items = Object.entries(KIND_WORDS).filter(([kind]) => kinds.has(kind as RangeKind));
  return el(
    'ul',
    { id: 'legend', 'aria-label': 'Colours' },
    items.map(([kind, words]) => el('li', {}, el('i', { class: `swatch k-${kind}` }), words)),
  );
}

function columns(): Markup {
  return el(
    'div',
    { class: 'columns' },
    el('section', { id: 'details', class: 'card', 'aria-label': 'Selected range' }),
    el('section', { id: 'list', class: 'card', 'aria-label': 'List of ranges' }),
  );
}

const KEYS: readonly (readonly [string, string])[] = [
  ['\u2190 \u2192', 'the range before, the next one'],
  ['\u2191 \u2193', 'what it lies in, the largest one in it'],
  ['Enter', 'zoom to the selected range'],
  ['Esc', 'end the search, then zoom out'],
  ['+ \u2212', 'zoom in, zoom out'],
  ['Shift \u2190 \u2192', 'move the view'],
  ['0', 'the whole image'],
  ['/', 'search; Enter selects the next one found'],
  ['n N', 'the next one found, the one before'],
  ['?', 'this help'],
];

function help(): Markup {
  const keys = KEYS.map(([names, text]) => [
    el(
      'dt',
      {},
      names.split(' ').map((name, index) => [index > 0 ? ' ' : '', el('kbd', {}, name)]),
    ),
    el('dd', {}, text),
  ]);
  return el(
    'dialog',
    { id: 'help', 'aria-labelledby': 'help-title' },
    el('h2', { id: 'help-title' }, 'Keyboard and mouse'),
    el('dl', {}, keys),
    el(
      'p',
      { class: 'quiet' },
      'A click selects, a second one zooms in. Dragging moves the view; so does a wheel sideways, and with Ctrl it zooms.',
    ),
    el('form', { method: 'dialog' }, el('button', {}, 'Close')),
  );
}

function footer(): Markup {
  return el(
    'footer',
    {},
    'To scale: widths are lengths in bytes. Each row lies in the one above it. In what is packed, widths are those of what it unpacks to.',
  );
}
