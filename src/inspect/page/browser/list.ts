import type { PageRange } from '../data.js';
import { countText, fullTitleOf, offsetText, sizeText, titleOf } from '../words.js';
import { byId, make, makeButton } from '../../../html/browser/dom.js';
import type { MapState } from './state.js';

/** Lines that are added at a time. */
const PAGE_LINES = 60;

/** The list beside the details: what lies in the selected range, or what was found. */
export class RangeList {
  #bySize = false;
  #lines = PAGE_LINES;
  #shown: readonly PageRange[] = [];

  constructor(private readonly state: MapState) {}

  draw(): void {
    const { query, matches, selected } = this.state;
    const parent = selected.children.length > 0 ? selected : (selected.parent ?? selected);
    const shown = query === '' ? parent.children : matches;
    if (shown !== this.#shown) this.#lines = PAGE_LINES;
    this.#shown = shown;
    const title =
      query === ''
        ? make('h2', {}, 'In ', make('bdi', {}, titleOf(parent)))
        : make('h2', {}, `Found: ${countText(shown.length)}`);
    const ordered = this.#bySize ? [...shown].sort((a, b) => b.length - a.length) : shown;
    const lines = ordered.slice(0, this.#lines).map((range) => this.#line(range));
    const more = ordered.length - lines.length;
    byId('list').replaceChildren(
      make('div', { class: 'heading' }, title, this.#orderButton()),
      lines.length > 0 ? this.#table(lines) : make('p', { class: 'quiet' }, 'Nothing.'),
      more > 0 ? this.#moreButton(more) : '',
    );
  }

  #table(lines: readonly HTMLElement[]): HTMLElement {
    const heading = (text: string): HTMLElement => make('th', { scope: 'col' }, text);
    return make(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Ranges' },
      make(
        'table',
        {},
        make('thead', {}, make('tr', {}, heading('Range'), heading('Offset'), heading('Size'))),
        make('tbody', {}, ...lines),
      ),
    );
  }

  #line(range: PageRange): HTMLElement {
    const { state } = this;
    const isSelected = range === state.selected;
    const choose = (): void => {
      state.select(range);
      state.show(aroundOf(range));
    };
    const button = makeButton(
      { title: fullTitleOf(range), 'aria-current': isSelected ? 'true' : undefined },
      choose,
      make('i', { class: `swatch k-${range.kind}` }),
      make('bdi', {}, titleOf(range)),
    );
    const what =
      range.name === '' ? range.note : [range.what, range.note].filter(Boolean).join(', ');
    return make(
      'tr',
      { class: isSelected ? 'current' : undefined },
      make('td', {}, button, make('span', { class: 'quiet' }, ` ${what}`)),
      make('td', { title: offsetText(range.offset) }, countText(range.offset)),
      make('td', { title: `${countText(range.length)} bytes` }, sizeText(range.length)),
    );
  }

  #orderButton(): HTMLElement {
    const turn = (): void => {
      this.#bySize = !this.#bySize;
      this.draw();
      byId('order').focus();
    };
    return makeButton({ id: 'order' }, turn, this.#bySize ? 'By offset' : 'Largest first');
  }

  #moreButton(count: number): HTMLElement {
    const add = (): void => {
      this.#lines += PAGE_LINES;
      this.draw();
    };
    return makeButton({}, add, `${countText(count)} more: show ${Math.min(count, PAGE_LINES)}`);
  }
}

/** A view with a range in it, and something of what lies beside it. */
function aroundOf({ start, end }: PageRange): { start: number; end: number } {
  const margin = (end - start) / 8;
  return { start: start - margin, end: end + margin };
}
