import { byId } from '../../../html/browser/dom.js';
import { helpDialog, queryField } from './dom.js';
import type { MapState } from './state.js';

/** How far a pointer may move and still be said to have clicked, in pixels. */
const CLICK_PIXELS = 4;
const WHEEL_STEP = 1.0015;
/** Of the view's width, by which it moves. */
const PAN_SHARE = 0.25;

/** What the keys do, outside of fields; the page's help names them. */
function actionFor(state: MapState, { key, shiftKey }: KeyboardEvent): (() => void) | undefined {
  const along = (direction: 1 | -1) => (): void => {
    if (shiftKey) state.pan(direction * PAN_SHARE);
    else state.moveAlong(direction);
  };
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: along(-1),
    ArrowRight: along(1),
    ArrowUp: () => {
      state.moveAcross('up');
    },
    ArrowDown: () => {
      state.moveAcross('down');
    },
    Enter: () => {
      state.zoomToSelected();
    },
    Escape: () => {
      if (state.query === '') state.zoomOut();
      else endSearch(state);
    },
    Backspace: () => {
      state.zoomOut();
    },
    '+': () => {
      zoomIn(state);
    },
    '=': () => {
      zoomIn(state);
    },
    '-': () => {
      state.zoomBy(2);
    },
    '0': () => {
      state.show(state.whole);
    },
    '/': () => {
      queryField().focus();
    },
    n: () => {
      state.step(1);
    },
    N: () => {
      state.step(-1);
    },
    '?': openHelp,
  };
  return actions[key];
}

function openHelp(): void {
  helpDialog().showModal();
}

function endSearch(state: MapState): void {
  queryField().value = '';
  state.search('');
}

/** Of what is selected, if that is in view; else of the view. */
function middleOf({ selected, view }: MapState): number {
  const middle = (selected.start + selected.end) / 2;
  return middle > view.start && middle < view.end ? middle : (view.start + view.end) / 2;
}

function zoomIn(state: MapState): void {
  state.zoomBy(0.5, middleOf(state));
}

export function listenToKeys(state: MapState): void {
  document.addEventListener('keydown', (event) => {
    const { target, key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey || helpDialog().open) return;
    if (target instanceof HTMLInputElement) {
      if (key !== 'Escape' && key !== 'ArrowDown') return;
      if (key === 'Escape') endSearch(state);
      byId('rows').focus();
      event.preventDefault();
      return;
    }
    const isPressed = target instanceof HTMLButtonElement && (key === 'Enter' || key === ' ');
    const act = isPressed ? undefined : actionFor(state, event);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

export function listenToSearch(state: MapState): void {
  const query = queryField();
  query.addEventListener('input', () => {
    state.search(query.value);
  });
  byId('search').addEventListener('submit', (event) => {
    event.preventDefault();
    state.step(1);
  });
}

export function listenToButtons(state: MapState): void {
  const press = (id: string, act: () => void): void => {
    byId(id).addEventListener('click', act);
  };
  press('closer', () => {
    zoomIn(state);
  });
  press('farther', () => {
    state.zoomBy(2);
  });
  press('all', () => {
    state.show(state.whole);
  });
  press('keys', openHelp);
}

/** A click selects, another one on the same range zooms to it; dragging moves; a wheel does both. */
export function listenToPointer(state: MapState): void {
  const map = byId('rows');
  const bytesPerPixel = (): number => (state.view.end - state.view.start) / state.width;
  let from: { x: number; view: typeof state.view } | undefined;
  let hasMoved = false;
  map.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    from = { x: event.clientX, view: state.view };
    hasMoved = false;
  });
  map.addEventListener('pointermove', (event) => {
    if (!from) return;
    const moved = from.x - event.clientX;
    if (!hasMoved && Math.abs(moved) < CLICK_PIXELS) return;
    if (!hasMoved) map.setPointerCapture(event.pointerId);
    hasMoved = true;
    const by = moved * bytesPerPixel();
    state.jump({ start: from.view.start + by, end: from.view.end + by });
  });
  for (const end of ['pointerup', 'pointercancel'] as const) {
    map.addEventListener(end, () => (from = undefined));
  }
  map.addEventListener('click', ({ target }) => {
    const cell = target instanceof Element ? target.closest<HTMLElement>('[data-range]') : null;
    if (hasMoved || !cell) return;
    const range = state.ranges[Number(cell.dataset['range'])]!;
    if (range === state.selected) state.zoomToSelected();
    else state.select(range);
  });
  map.addEventListener(
    'wheel',
    (event) => {
      const { deltaX, deltaY, ctrlKey, shiftKey } = event;
      const across = shiftKey && deltaX === 0 ? deltaY : deltaX;
      if (ctrlKey) {
        const x = event.clientX - map.getBoundingClientRect().left;
        state.zoomBy(WHEEL_STEP ** (deltaY * 4), state.view.start + x * bytesPerPixel(), false);
      } else if (Math.abs(across) > Math.abs(shiftKey ? 0 : deltaY)) {
        const by = across * bytesPerPixel();
        state.jump({ start: state.view.start + by, end: state.view.end + by });
      } else return;
      event.preventDefault();
    },
    { passive: false },
  );
}
