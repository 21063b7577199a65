import type { PageRange } from '../data.js';
import { hostPlaces } from '../search.js';
import { countText, exactText, fullTitleOf, offsetText, shareText, titleOf } from '../words.js';
import { byId, make, makeButton } from '../../../html/browser/dom.js';
import type { MapState } from './state.js';

/** Places on the host that are listed for one range. */
const MOST_PLACES = 12;

/** Draws the way to the selected range, and what there is to be said of it. */
export function drawDetails(state: MapState): void {
  drawTrail(state);
  const { selected, root } = state;
  const { what, name, note, offset, length, packedIn, unpackedBytes, children } = selected;
  const inPacked = packedIn ? ' in what it unpacks to' : '';
  const facts: (readonly [string, string] | undefined)[] = [
    name === '' ? undefined : ['What', what],
    ['Size', exactText(length)],
    [`Offset${inPacked}`, offsetText(offset)],
    [`End${inPacked}`, offsetText(offset + length)],
    packedIn
      ? ['Packed in', `${packedIn.what}, at ${offsetText(packedIn.offset)}`]
      : ['Of the image', shareText(length, root.length)],
    unpackedBytes > 0 ? ['Unpacked', exactText(unpackedBytes)] : undefined,
    note === '' ? undefined : ['More', note],
    children.length > 0 ? ['Ranges in it', countText(children.length)] : undefined,
  ];
  const list = make('dl', {});
  for (const fact of facts) {
    if (fact) list.append(make('dt', {}, fact[0]), make('dd', {}, make('bdi', {}, fact[1])));
  }
  const heading = make('h2', {}, make('bdi', {}, titleOf(selected)));
  const zoom = makeButton(
    { class: 'primary' },
    () => {
      state.zoomToSelected();
    },
    'Zoom to it',
  );
  byId('details').replaceChildren(heading, list, onHost(state, packedIn ?? selected), zoom);
}

/** Where the bytes lie on the host; of what is packed, those that it is unpacked from. */
function onHost({ host }: MapState, { offset, length }: PageRange): HTMLElement {
  const places = hostPlaces(host, offset, length, MOST_PLACES + 1);
  const items = places.slice(0, MOST_PLACES).map(({ path, from, length: bytes }) => {
    const size = exactText(bytes);
    if (path === '') return make('li', { class: 'quiet' }, `a hole of ${size}: zeros in no file`);
    return make(
      'li',
      {},
      make('bdi', { class: 'path' }, path),
      make('span', { class: 'quiet' }, ` from ${offsetText(from)}, ${size}`),
    );
  });
  if (places.length > MOST_PLACES) items.push(make('li', { class: 'quiet' }, 'and further on'));
  return make('div', { class: 'places' }, make('h3', {}, 'On the host'), make('ul', {}, ...items));
}

function drawTrail(state: MapState): void {
  const way: PageRange[] = [];
  for (let at: PageRange | undefined = state.selected; at; at = at.parent) way.unshift(at);
  const items = way.map((range) => {
    const isLast = range === state.selected;
    const go = (): void => {
      state.select(range);
      state.show(range);
    };
    const attributes = { title: fullTitleOf(range), 'aria-current': isLast ? 'true' : undefined };
    return make('li', {}, makeButton(attributes, go, make('bdi', {}, titleOf(range))));
  });
  byId('trail').replaceChildren(...items);
}
