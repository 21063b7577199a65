import type { PageRange } from '../data.js';
import { axisTicks, layOut } from '../layout.js';
import type { Cell } from '../layout.js';
import { countText, fullTitleOf, sizeText, titleOf } from '../words.js';
import { byId, make } from '../../../html/browser/dom.js';
import type { MapState } from './state.js';

/** Width below which a cell has no text, in pixels; and what a character takes of it. */
const TEXT_WIDTH = 34;
const CHARACTER_WIDTH = 7;
/** Below it an edge all round would be all that is seen of a cell. */
const SLIM_WIDTH = 12;
const TICK_WIDTH = 110;

/** Draws the axis, a row for each depth, where the bytes lie on the host, and where in the image the view is. */
export function drawRows(state: MapState): void {
  const map = byId('rows');
  state.width = Math.max(1, map.clientWidth);
  drawAxis(state);
  const rows = state.rows.map((row, depth) => {
    const cells = state.cells(depth).map((cell) => contentCell(state, row, cell));
    return make('div', { class: 'row', role: 'group' }, ...cells);
  });
  map.replaceChildren(...rows);
  const active = map.querySelector('.selected');
  if (active) map.setAttribute('aria-activedescendant', active.id);
  else map.removeAttribute('aria-activedescendant');
  drawHost(state);
  drawOverview(state);
}

function contentCell(state: MapState, row: readonly PageRange[], cell: Cell): HTMLElement {
  const { first, last, isCluster } = cell;
  const range = row[first]!;
  const { selected, matchIds, query } = state;
  const has = (is: (range: PageRange) => boolean): boolean => {
    for (let i = first; i <= last; i++) if (is(row[i]!)) return true;
    return false;
  };
  const isSelected = selected.depth === range.depth && has((each) => each === selected);
  const isMatch = query !== '' && has(({ id }) => matchIds.has(id));
  const classes = [
    'cell',
    isCluster ? 'k-rest' : `k-${range.kind}`,
    ...(isSelected ? ['selected'] : []),
    ...(isMatch ? ['match'] : query !== '' ? ['dim'] : []),
  ];
  const count = last - first + 1;
  const label = isCluster
    ? `${countText(count)} ranges`
    : labelFor(range, Math.min(cell.width, state.width));
  const title = isCluster
    ? `${countText(count)} ranges, from ${fullTitleOf(range)}`
    : `${fullTitleOf(range)}, ${sizeText(range.length)}`;
  const element = make('div', {
    class: classes.join(' '),
    id: `range-${range.id}`,
    role: 'treeitem',
    'aria-level': String(range.depth + 1),
    'aria-selected': String(isSelected),
    'aria-label': title,
    title,
    'data-range': String((isSelected ? selected : range).id),
  });
  place(element, cell, state.width, label);
  return element;
}

/** The last name of a path where the whole does not fit. */
function labelFor(range: PageRange, width: number): string {
  const label = titleOf(range);
  if (label.length * CHARACTER_WIDTH <= width || !label.startsWith('/')) return label;
  return label.slice(label.lastIndexOf('/') + 1) || label;
}

/** Puts a cell where it belongs, as far as that is in view, with a text if there is room for one. */
function place(element: HTMLElement, { x, width }: Cell, viewWidth: number, label: string): void {
  const left = Math.max(x, 0);
  const right = Math.min(x + width, viewWidth);
  const shown = Math.max(right - left, 1.5);
  element.style.left = `${left.toFixed(2)}px`;
  element.style.width = `${Math.max(shown - (shown > 4 ? 1 : 0), 1.5).toFixed(2)}px`;
  if (shown < SLIM_WIDTH) element.classList.add('slim');
  if (shown >= TEXT_WIDTH) element.append(make('bdi', {}, label));
}

function drawAxis({ view, width }: MapState): void {
  const scale = width / (view.end - view.start);
  const ticks = axisTicks(view, Math.max(2, Math.floor(width / TICK_WIDTH)));
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  const marks = ticks.map((tick) => {
    const mark = make('span', { class: 'tick' }, tickText(tick, step));
    const x = (tick - view.start) * scale;
    mark.style.left = `${x.toFixed(1)}px`;
    if (x > width - TICK_WIDTH / 2) mark.classList.add('last');
    return mark;
  });
  byId('axis').replaceChildren(...marks);
}

/** Exactly, where the unit does not show the difference from one mark to the next. */
function tickText(tick: number, step: number): string {
  const isRough = tick >= 1024 && step > 0 && step * 10 < 1024 ** Math.floor(Math.log2(tick) / 10);
  return isRough ? countText(tick) : sizeText(tick);
}

function drawHost({ host, view, width }: MapState): void {
  const row = host.filter(({ depth }) => depth === 1);
  const paths = [...new Set(row.map(({ name }) => name).filter((name) => name !== ''))];
  const cells = layOut(row, view, width).map((cell) => {
    const range = row[cell.first]!;
    const color = range.name === '' ? 'k-free' : `host-${paths.indexOf(range.name) % 4}`;
    const title = cell.isCluster
      ? `${countText(cell.last - cell.first + 1)} ranges of files`
      : `${fullTitleOf(range)}, ${sizeText(range.length)}`;
    const kind = cell.isCluster ? 'k-rest' : color;
    const element = make('div', { class: `cell ${kind}`, title, role: 'img', 'aria-label': title });
    const name = range.name.slice(range.name.lastIndexOf('/') + 1);
    place(element, cell, width, cell.isCluster ? '' : name || range.what);
    return element;
  });
  byId('host').replaceChildren(...cells);
}

function drawOverview({ view, whole }: MapState): void {
  const length = whole.end - whole.start;
  const { style } = byId('window');
  style.left = `${(((view.start - whole.start) / length) * 100).toFixed(4)}%`;
  style.width = `${(((view.end - view.start) / length) * 100).toFixed(4)}%`;
}
