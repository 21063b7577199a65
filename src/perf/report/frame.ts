import { el } from '../../html/markup.js';
import type { Markup } from '../../html/markup.js';

/** The inside of a plot, in the units of its view box. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface PlotOptions {
  /** Tells plots on one page apart. */
  readonly id: string;
  readonly title: string;
  /** What the plot shows, for those who cannot see it. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
}

/** A plot as an image of its own, named and described. */
export function plotImage(options: PlotOptions, ...content: Markup[]): Markup {
  const { id, title, description, width, height } = options;
  return el(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-description`,
      class: 'plot',
    },
    el('title', { id: `${id}-title` }, title),
    el('desc', { id: `${id}-description` }, description),
    content,
  );
}

export type Anchor = 'start' | 'middle' | 'end';

export const label = (text: string, x: number, y: number, anchor: Anchor, kind = 'label'): Markup =>
  el('text', { x, y, 'text-anchor': anchor, class: kind }, text);

export const line = (x1: number, y1: number, x2: number, y2: number, kind: string): Markup =>
  el('line', { x1, y1, x2, y2, class: kind });

/** Horizontal lines with their values to the left. */
export function rateGrid(
  area: Area,
  marks: readonly { readonly place: number; readonly text: string }[],
): Markup[] {
  return marks.flatMap(({ place, text }) => [
    line(area.left, place, area.right, place, 'grid'),
    label(text, area.left - 8, place + 4, 'end'),
  ]);
}

/** What is measured, written above the upper left corner of a plot. */
export const unitLabel = (area: Area, text: string): Markup =>
  label(text, area.left, area.top - 14, 'start', 'unit');
