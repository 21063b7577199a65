import { decodeRows } from '../data.js';
import type { PageData } from '../data.js';
import { countText } from '../words.js';
import { drawDetails } from './details.js';
import { byId } from '../../../html/browser/dom.js';
import { listenToButtons, listenToKeys, listenToPointer, listenToSearch } from './input.js';
import { RangeList } from './list.js';
import { drawRows } from './rows.js';
import { MapState } from './state.js';

/** The program of the page: reads the map that the page carries, and draws it. */
const { texts, contents, host } = JSON.parse(byId('data').textContent) as PageData;
const state = new MapState(decodeRows(contents, texts), decodeRows(host, texts));
const list = new RangeList(state);

state.onChange((onlyView) => {
  drawRows(state);
  if (onlyView) return;
  drawDetails(state);
  list.draw();
  const { query, matches } = state;
  byId('found').textContent = query === '' ? '' : `${countText(matches.length)} found`;
});
listenToKeys(state);
listenToSearch(state);
listenToButtons(state);
listenToPointer(state);
// What is alone in what it lies in says less than what lies in it.
while (state.selected.children.length === 1) state.selected = state.selected.children[0]!;
new ResizeObserver(() => {
  drawRows(state);
}).observe(byId('rows'));
state.changed();
