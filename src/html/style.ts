/** Colours of the pages, light and dark: text has at least 4.5:1 against page and card. */
const LIGHT =
  '--page: #f6f7f8; --card: #ffffff; --text: #1c2126; --quiet: #58626d; --line: #e1e5e9;\n' +
  '  --accent: #1f6fb2; --bad: #b3261e;';
const DARK =
  '--page: #101418; --card: #181d23; --text: #e6eaee; --quiet: #9aa5b1; --line: #2b333c;\n' +
  '    --accent: #6db3f2; --bad: #ff8a80;';

/**
 * What the style sheets of all pages begin with: colours that follow the reader's scheme, and type.
 *
 * @param light further custom properties
 * @param dark the same ones for the dark scheme
 */
export const baseStyle = (light: string, dark: string): string => `
:root {
  color-scheme: light dark;
  ${LIGHT}
  ${light}
}
@media (prefers-color-scheme: dark) {
  :root {
    ${DARK}
    ${dark}
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 2.5rem 1.25rem 4rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.01em; }
h3 { margin: 0 0 0.25rem; font-size: 1rem; }
p { margin: 0.25rem 0 0; }
.quiet, footer { color: var(--quiet); font-size: 0.875rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.25rem; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th { color: var(--quiet); font-weight: 500; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;
