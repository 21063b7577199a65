import type { SettingGroup } from './groups.js';
import { el } from '../../html/markup.js';
import type { Markup } from '../../html/markup.js';

/** Dots of one setting: of so many, some hide others already. */
export const MAX_DOTS = 100;

/**
 * At most so many of the items, evenly spread, the first and the last among them: more dots than that
 * would only hide one another, and make a page that no browser likes to open.
 */
export function thin<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => items[Math.round(index * step)]!);
}

/** Settings that differ in threads alone: one line in a plot. */
export interface Series {
  readonly label: string;
  /** Which colour and shape it has: from 0; {@link OTHERS} for those too many to be told apart. */
  readonly style: number;
}

/** How many lines can be told apart by colour and shape. */
const STYLE_COUNT = 8;
export const OTHERS = STYLE_COUNT;

/** Names what settings have in common when their threads differ. */
export function seriesLabel({
  threads,
  batchThreads,
  wait,
  args,
}: Pick<SettingGroup, 'threads' | 'batchThreads' | 'wait' | 'args'>): string {
  const batch =
    batchThreads === undefined || batchThreads === threads ? '' : `batch ${batchThreads}`;
  const words = [batch, wait, args.replaceAll(',', ' ')].filter((word) => word !== '');
  return words.length === 0 ? 'no arguments' : words.join(', ');
}

/** A style for each line; the fastest ones get one of their own. */
export function assignSeries(groupsFastestFirst: readonly SettingGroup[]): Map<string, Series> {
  const labels = [...new Set(groupsFastestFirst.map(seriesLabel))];
  return new Map(labels.map((label, index) => [label, { label, style: Math.min(index, OTHERS) }]));
}

/** Corners of each shape, and the turn of the first, in degrees; a circle has none. */
const SHAPES: readonly { corners: number; turn: number }[] = [
  { corners: 0, turn: 0 },
  { corners: 4, turn: 45 },
  { corners: 3, turn: -90 },
  { corners: 4, turn: 0 },
  { corners: 3, turn: 90 },
  { corners: 5, turn: -90 },
  { corners: 6, turn: 0 },
  { corners: 8, turn: 22.5 },
  { corners: 0, turn: 0 },
];

/** The mark of a series at a place, in its colour and shape. */
export function marker(
  style: number,
  x: number,
  y: number,
  radius: number,
  kind: string,
  title?: string,
): Markup {
  const { corners, turn } = SHAPES[style]!;
  const attributes = { class: `${kind} s${style}` };
  const hover = title === undefined ? undefined : el('title', {}, title);
  if (corners === 0) return el('circle', { ...attributes, cx: x, cy: y, r: radius }, hover);
  const points = Array.from({ length: corners }, (_, index) => {
    const angle = ((turn + (360 / corners) * index) * Math.PI) / 180;
    // Shapes with fewer corners reach further, so that all cover as much as the circle.
    const reach = radius * Math.sqrt((2 * Math.PI) / (corners * Math.sin((2 * Math.PI) / corners)));
    return `${(x + reach * Math.cos(angle)).toFixed(2)},${(y + reach * Math.sin(angle)).toFixed(2)}`;
  });
  return el('polygon', { ...attributes, points: points.join(' ') }, hover);
}

/** What each colour and shape stands for. */
export function legend(series: Iterable<Series>): Markup {
  const shown = [...series];
  const others = shown.filter(({ style }) => style === OTHERS).length;
  const entry = (style: number, label: string): Markup =>
    el(
      'li',
      {},
      el(
        'svg',
        { viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
        marker(style, 8, 8, 5, 'mark'),
      ),
      el('span', {}, label),
    );
  return el(
    'ul',
    { class: 'legend' },
    shown.filter(({ style }) => style < OTHERS).map(({ label, style }) => entry(style, label)),
    others === 0 ? undefined : entry(OTHERS, `${others} more`),
  );
}
