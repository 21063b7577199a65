import { baseStyle } from '../../html/style.js';

/** Colours of the lines in a plot, each with at least 3:1 against the page, light and dark. */
const SERIES_COLOURS: readonly { light: string; dark: string }[] = [
  { light: '#1f6fb2', dark: '#6db3f2' },
  { light: '#c2561a', dark: '#f2a069' },
  { light: '#23805d', dark: '#63cfa3' },
  { light: '#95378a', dark: '#dd9ad4' },
  { light: '#857000', dark: '#d8c052' },
  { light: '#0d8394', dark: '#5fd0e2' },
  { light: '#b6304c', dark: '#f58aa0' },
  { light: '#5a5fc7', dark: '#a6aaf7' },
  { light: '#7b838c', dark: '#8b949e' },
];

const colours = (scheme: 'light' | 'dark'): string =>
  SERIES_COLOURS.map((colour, index) => `--s${index}: ${colour[scheme]};`).join(' ');

const classes = SERIES_COLOURS.map((_, index) => `.s${index} { --series: var(--s${index}); }`);

/** The page's style sheet: follows the reader's colour scheme, and prints. */
export const STYLE = `${baseStyle(colours('light'), colours('dark'))}
${classes.join('\n')}
main, header, footer { max-width: 60rem; margin: 0 auto; }
h2 { margin: 3rem 0 1rem; font-size: 1.25rem; overflow-wrap: anywhere; }
footer { margin-top: 3rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.75rem; margin: 0; }
.facts > div {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.25rem;
}
.facts dt { color: var(--quiet); font-size: 0.8125rem; }
.facts dd { margin: 0.125rem 0 0; font-size: 1.5rem; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.facts dd.words { font-size: 1rem; padding-top: 0.25rem; }
.facts dd.bad { color: var(--bad); }
.facts small { font-size: 0.875rem; font-weight: 400; color: var(--quiet); }
.card { margin: 0.75rem 0 0; }
.plot { display: block; width: 100%; min-width: 38rem; height: auto; margin-top: 0.75rem; }
.plot text { font-size: 12px; fill: var(--text); font-variant-numeric: tabular-nums; }
.plot .unit { fill: var(--quiet); }
.grid { stroke: var(--line); }
.axis { stroke: var(--quiet); }
.median-line { fill: none; stroke: var(--series); stroke-width: 2; stroke-linejoin: round; opacity: 0.75; }
.mark { fill: var(--series); stroke: var(--card); stroke-width: 1.5; }
.run { fill: var(--series); opacity: 0.5; }
.others { opacity: 0.5; }
.whisker { stroke: var(--series); stroke-width: 1.5; opacity: 0.7; }
.box { fill: var(--series); opacity: 0.22; }
.median { stroke: var(--series); stroke-width: 3; stroke-linecap: round; }
.failed { stroke: var(--bad); stroke-width: 2; fill: none; stroke-linecap: round; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0.75rem 0 0; padding: 0; list-style: none; font-size: 0.8125rem; }
.legend li { display: flex; align-items: center; gap: 0.375rem; overflow-wrap: anywhere; }
.legend svg { flex: none; }
caption { text-align: left; font-weight: 600; font-size: 1rem; padding-bottom: 0.5rem; }
th, td { padding: 0.375rem 0.75rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child td { border-bottom: 0; }
td.text, th.text { text-align: left; }
td.long { white-space: normal; overflow-wrap: anywhere; min-width: 12rem; }
td.bad { color: var(--bad); }
summary { cursor: pointer; font-weight: 600; }
details[open] > summary { margin-bottom: 0.75rem; }
@media print {
  body { padding: 0; background: none; }
  .card, .facts > div { break-inside: avoid; }
}
`;
