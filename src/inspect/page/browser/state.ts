import type { PageRange } from '../data.js';
import { clampView, layOut, rangeAt, rowsByDepth } from '../layout.js';
import type { Cell, View } from '../layout.js';
import { findRanges } from '../search.js';

/** No view is narrower, in bytes. */
const LEAST_VIEW = 8;
const ANIMATION_MS = 180;

/** What is shown, and what changes it. Whoever draws is told of every change. */
export class MapState {
  readonly root: PageRange;
  readonly rows: readonly (readonly PageRange[])[];
  view: View;
  selected: PageRange;
  /** What is looked for; empty: nothing. */
  query = '';
  matches: readonly PageRange[] = [];
  matchIds: ReadonlySet<number> = new Set();
  /** Of the map, in pixels; whoever draws keeps it. */
  width = 1;
  readonly #listeners: ((isMoving: boolean) => void)[] = [];
  #animation = 0;

  constructor(
    readonly ranges: readonly PageRange[],
    readonly host: readonly PageRange[],
  ) {
    this.root = ranges[0]!;
    this.rows = rowsByDepth(ranges);
    this.view = this.whole;
    this.selected = this.root;
  }

  get whole(): View {
    return { start: this.root.start, end: this.root.end };
  }

  /** @param listener told, too, whether only the view has changed */
  onChange(listener: (onlyView: boolean) => void): void {
    this.#listeners.push(listener);
  }

  changed(onlyView = false): void {
    for (const listener of this.#listeners) listener(onlyView);
  }

  search(query: string): void {
    this.query = query.trim();
    this.matches = findRanges(this.ranges, query);
    this.matchIds = new Set(this.matches.map(({ id }) => id));
    this.changed();
  }

  /** Selects the next match, or the one before. */
  step(direction: 1 | -1): void {
    const { matches, selected } = this;
    if (matches.length === 0) return;
    const at = matches.indexOf(selected);
    const next = at < 0 && direction < 0 ? 0 : at;
    this.select(matches[(next + direction + matches.length) % matches.length]!);
  }

  /** Selects a range, and moves the view to it if it is not in there. */
  select(range: PageRange): void {
    this.selected = range;
    this.changed();
    const { start, end } = this.view;
    if (range.end > start && range.start < end) return;
    const [middle, half] = [(range.start + range.end) / 2, (end - start) / 2];
    this.show({ start: middle - half, end: middle + half });
  }

  /** The cells of a row as they are drawn now. */
  cells(depth: number): Cell[] {
    return layOut(this.rows[depth] ?? [], this.view, this.width);
  }

  /** The cell that a range is drawn in; undefined: it is not in view. */
  cellOf(range: PageRange): Cell | undefined {
    const row = this.rows[range.depth]!;
    const index = rangeAt(row, (range.start + range.end) / 2);
    return this.cells(range.depth).find(({ first, last }) => first <= index && index <= last);
  }

  /** Selects the neighbour, as drawn, of what is selected; beside the view, the next range. */
  moveAlong(direction: 1 | -1): void {
    const { selected } = this;
    const row = this.rows[selected.depth]!;
    const cell = this.cellOf(selected);
    const edge = cell ? (direction > 0 ? cell.last : cell.first) : row.indexOf(selected);
    const next = row[edge + direction];
    if (next) this.select(next);
  }

  /** Selects what the selected range lies in, or the largest of those in it. */
  moveAcross(direction: 'up' | 'down'): void {
    const { parent, children } = this.selected;
    const inView = children.filter(
      ({ start, end }) => end > this.view.start && start < this.view.end,
    );
    const inside = inView.length > 0 ? inView : children;
    const largest = (a: PageRange, b: PageRange): PageRange => (b.length > a.length ? b : a);
    const next =
      direction === 'up' ? parent : inside.length > 0 ? inside.reduce(largest) : undefined;
    if (next) this.select(next);
  }

  /** Shows what is selected over the whole width, with all that is drawn together with it. */
  zoomToSelected(): void {
    const cell = this.cellOf(this.selected);
    const row = this.rows[this.selected.depth]!;
    this.show(cell ? { start: row[cell.first]!.start, end: row[cell.last]!.end } : this.selected);
  }

  /** Shows the smallest range that holds all of the view, and more. */
  zoomOut(): void {
    const { start, end } = this.view;
    const length = (end - start) * 1.01;
    const around = this.ranges.filter((range) => {
      return range.start <= start && range.end >= end && range.end - range.start > length;
    });
    this.show(around.at(-1) ?? this.whole);
  }

  /** @param factor below 1: closer
   *  @param at the place that stays where it is, in bytes; the middle unless given */
  zoomBy(factor: number, at = (this.view.start + this.view.end) / 2, isAnimated = true): void {
    const { start, end } = this.view;
    const next = { start: at - (at - start) * factor, end: at + (end - at) * factor };
    if (isAnimated) this.show(next);
    else this.jump(next);
  }

  /** Moves the view by a share of its width. */
  pan(share: number): void {
    const by = (this.view.end - this.view.start) * share;
    this.show({ start: this.view.start + by, end: this.view.end + by });
  }

  /** Changes the view at once. */
  jump(view: View): void {
    cancelAnimationFrame(this.#animation);
    this.view = clampView(view, this.whole, LEAST_VIEW);
    this.changed(true);
  }

  /** Changes the view, in steps unless the reader wants no motion. */
  show({ start, end }: View): void {
    const to = clampView({ start, end }, this.whole, LEAST_VIEW);
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.jump(to);
      return;
    }
    const from = this.view;
    const begin = performance.now();
    const step = (now: number): void => {
      const done = Math.min(1, Math.max(0, (now - begin) / ANIMATION_MS));
      const eased = 1 - (1 - done) ** 3;
      const between = (a: number, b: number): number => (done === 1 ? b : a + (b - a) * eased);
      this.view = { start: between(from.start, to.start), end: between(from.end, to.end) };
      this.changed(true);
      if (done < 1) this.#animation = requestAnimationFrame(step);
    };
    cancelAnimationFrame(this.#animation);
    this.#animation = requestAnimationFrame(step);
  }
}
