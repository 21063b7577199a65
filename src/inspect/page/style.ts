import { baseStyle } from '../../html/style.js';

/** Colours of a kind of range: its ground, its edge (3:1 against the card), its text (4.5:1 against the ground). */
interface Colours {
  readonly ground: string;
  readonly edge: string;
  readonly text: string;
}

const KIND_COLOURS: Readonly<Record<string, { readonly light: Colours; readonly dark: Colours }>> =
  {
    'k-container': {
      light: { ground: '#eceff2', edge: '#87919b', text: '#1c2126' },
      dark: { ground: '#252c34', edge: '#6d7883', text: '#e6eaee' },
    },
    'k-structure': {
      light: { ground: '#d9e8f7', edge: '#3f86c4', text: '#0f3a60' },
      dark: { ground: '#173450', edge: '#4b8dc7', text: '#cfe6fb' },
    },
    'k-directory': {
      light: { ground: '#d5eee3', edge: '#2f8f6a', text: '#0c4530' },
      dark: { ground: '#123d2d', edge: '#3f9f79', text: '#c3efdb' },
    },
    'k-file': {
      light: { ground: '#fbe4d2', edge: '#c26a2a', text: '#5c2a06' },
      dark: { ground: '#4d2c14', edge: '#c57c43', text: '#fde0c9' },
    },
    'k-part': {
      light: { ground: '#f6ecc6', edge: '#95800f', text: '#463b00' },
      dark: { ground: '#403710', edge: '#a5923a', text: '#f5e9b4' },
    },
    'k-lost': {
      light: { ground: '#f9d9d6', edge: '#c0453c', text: '#73160f' },
      dark: { ground: '#55201c', edge: '#cf6a62', text: '#ffd6d2' },
    },
    'host-0': {
      light: { ground: '#e4def6', edge: '#7d63bf', text: '#33206b' },
      dark: { ground: '#2f2552', edge: '#8d76cc', text: '#e2d9fb' },
    },
    'host-1': {
      light: { ground: '#d3edf0', edge: '#2a8a96', text: '#08434a' },
      dark: { ground: '#0f3a40', edge: '#3f9aa5', text: '#c5edf1' },
    },
    'host-2': {
      light: { ground: '#f6dcec', edge: '#b4539a', text: '#5e1549' },
      dark: { ground: '#4b1c3d', edge: '#bd6aa5', text: '#f9d8ec' },
    },
    'host-3': {
      light: { ground: '#e3ecd2', edge: '#6c8a33', text: '#31430d' },
      dark: { ground: '#2b3715', edge: '#7d9a45', text: '#e0ecc9' },
    },
  };

const properties = (scheme: 'light' | 'dark'): string =>
  Object.entries(KIND_COLOURS)
    .map(([kind, { [scheme]: colours }]) => {
      const { ground, edge, text } = colours;
      return `--${kind}: ${ground}; --${kind}-edge: ${edge}; --${kind}-text: ${text};`;
    })
    .join(' ');

const classes = Object.keys(KIND_COLOURS).map(
  (kind) =>
    `.${kind} { --ground: var(--${kind}); --edge: var(--${kind}-edge); color: var(--${kind}-text); }`,
);

/** The page's style sheet: follows the reader's colour scheme and wish for less motion, and prints. */
export const STYLE = `${baseStyle(`--edge-quiet: #a3acb5; ${properties('light')}`, `--edge-quiet: #55606b; ${properties('dark')}`)}
${classes.join('\n')}
.k-free { --ground: repeating-linear-gradient(-45deg, transparent 0 5px, var(--line) 5px 6px); --edge: var(--edge-quiet); color: var(--quiet); }
.k-rest { --ground: repeating-linear-gradient(90deg, var(--edge-quiet) 0 1px, var(--line) 1px 4px); --edge: var(--edge-quiet); color: var(--text); }
body { padding-top: 1.75rem; padding-bottom: 2rem; }
header, main, footer { max-width: 80rem; margin: 0 auto; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 1.0625rem; line-height: 1.3; overflow-wrap: anywhere; }
.notice { color: var(--text); border-left: 3px solid var(--accent); padding-left: 0.75rem; margin-top: 0.75rem; font-size: 0.875rem; }
button, input { font: inherit; color: inherit; }
button { cursor: pointer; background: var(--card); border: 1px solid var(--edge-quiet); border-radius: 6px; padding: 0.25rem 0.625rem; font-size: 0.875rem; line-height: 1.4; }
button:hover { border-color: var(--accent); }
.tools { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin: 1.25rem 0 0.75rem; }
#search { flex: 1 1 16rem; display: flex; align-items: center; gap: 0.75rem; }
#query { flex: 1; min-width: 0; background: var(--card); border: 1px solid var(--edge-quiet); border-radius: 6px; padding: 0.375rem 0.75rem; }
#query::placeholder { color: var(--quiet); opacity: 1; }
#found { color: var(--quiet); font-size: 0.875rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
#found:empty { display: none; }
.buttons { display: flex; gap: 0.25rem; }
.buttons button { min-width: 2.25rem; padding: 0.375rem 0.625rem; }
.card.map { padding: 0.875rem 1rem 1rem; }
#trail { display: flex; flex-wrap: wrap; margin: 0 0 0.625rem; padding: 0; list-style: none; font-size: 0.875rem; }
#trail li { display: flex; align-items: center; min-width: 0; max-width: 100%; }
#trail li + li::before { content: "\\203a"; color: var(--quiet); padding: 0 0.125rem; }
#trail button { border: 0; background: none; padding: 0.125rem 0.375rem; max-width: 24rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--accent); }
#trail button[aria-current] { color: var(--text); font-weight: 600; }
#trail button:hover { text-decoration: underline; }
#overview { position: relative; height: 6px; border-radius: 3px; background: var(--line); }
#window { position: absolute; top: 0; bottom: 0; min-width: 3px; border-radius: 3px; background: var(--accent); }
#axis { position: relative; height: 1.625rem; overflow: hidden; font-size: 0.75rem; color: var(--quiet); font-variant-numeric: tabular-nums; }
.tick { position: absolute; bottom: 0; padding-left: 4px; border-left: 1px solid var(--edge-quiet); white-space: nowrap; line-height: 1.25rem; }
.tick.last { translate: -100%; padding: 0 4px 0 0; border-left: 0; border-right: 1px solid var(--edge-quiet); }
#rows { cursor: grab; touch-action: pan-y; user-select: none; border-radius: 4px; }
#rows:active { cursor: grabbing; }
.row, #host { position: relative; height: 30px; margin-top: 3px; overflow: hidden; }
.cell { position: absolute; top: 0; bottom: 0; overflow: hidden; border-radius: 3px; background: var(--ground); box-shadow: inset 0 0 0 1px var(--edge); padding: 0 6px; font-size: 0.8125rem; line-height: 30px; white-space: nowrap; text-overflow: ellipsis; }
.cell bdi { pointer-events: none; }
.k-free > bdi, .k-rest > bdi { background: var(--card); border-radius: 3px; padding: 1px 4px; margin-left: -2px; }
.cell:empty { padding: 0; }
.cell.slim { border-radius: 1px; box-shadow: inset 1px 0 0 var(--edge); }
.cell.dim { opacity: 0.45; }
.cell.match { box-shadow: inset 0 0 0 2px var(--accent); }
.cell.selected { box-shadow: inset 0 0 0 2px var(--text); font-weight: 600; opacity: 1; z-index: 1; min-width: 4px; }
.lane { color: var(--quiet); font-size: 0.75rem; margin: 0.75rem 0 -1px; }
#legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0.875rem 0 0; padding: 0; list-style: none; font-size: 0.8125rem; }
#legend li { display: flex; align-items: center; gap: 0.375rem; }
.swatch { display: inline-block; flex: none; width: 0.75rem; height: 0.75rem; border-radius: 3px; background: var(--ground); box-shadow: inset 0 0 0 1px var(--edge); }
.columns { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 8fr); gap: 0.75rem; margin-top: 0.75rem; align-items: start; }
#details dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.25rem 1rem; margin: 0.75rem 0; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
#details dt { color: var(--quiet); max-width: 9rem; }
#details dd { margin: 0; overflow-wrap: anywhere; }
.places { border-top: 1px solid var(--line); padding-top: 0.75rem; margin-bottom: 1rem; font-size: 0.875rem; }
.places h3 { font-size: 0.875rem; }
.places ul { margin: 0; padding: 0; list-style: none; }
.places li { overflow-wrap: anywhere; padding: 0.125rem 0; }
.heading { display: flex; justify-content: space-between; align-items: start; gap: 1rem; margin-bottom: 0.5rem; }
.heading button { flex: none; }
th, td { text-align: right; padding: 0.25rem 0 0.25rem 1rem; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: top; }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal; overflow-wrap: anywhere; width: 100%; min-width: 9rem; }
td button { border: 0; background: none; padding: 0 0.125rem; text-align: left; font-size: inherit; }
td button:hover { text-decoration: underline; }
td .swatch { margin-right: 0.5rem; vertical-align: -1px; }
tr.current { background: color-mix(in srgb, var(--accent) 12%, transparent); }
#list > button { margin-top: 0.75rem; }
dialog { max-width: 34rem; border: 1px solid var(--line); border-radius: 10px; padding: 1.25rem 1.5rem; background: var(--card); color: var(--text); }
dialog::backdrop { background: rgb(0 0 0 / 0.45); }
dialog dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.375rem 1.25rem; margin: 1rem 0; font-size: 0.875rem; }
dialog dd { margin: 0; }
dialog form { margin-top: 1rem; }
#details { position: sticky; top: 0.75rem; }
kbd { font: inherit; font-size: 0.8125rem; border: 1px solid var(--edge-quiet); border-radius: 4px; padding: 0 0.3125rem; }
footer { margin-top: 1.25rem; font-size: 0.8125rem; }
@media (max-width: 48rem) {
  body { padding: 1rem 0.75rem 2rem; }
  h1 { font-size: 1.25rem; }
  .card, .card.map { padding: 0.75rem; }
  .columns { grid-template-columns: minmax(0, 1fr); }
  #details { position: static; }
  #details dl { grid-template-columns: 6.5rem minmax(0, 1fr); }
}
@media (prefers-reduced-motion: no-preference) {
  .cell { transition: opacity 120ms; }
}
@media print {
  body { padding: 0; background: none; }
  .tools, #trail { display: none; }
}
`;
