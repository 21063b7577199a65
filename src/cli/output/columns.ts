import { fitColumns, padColumns, widthOf } from './width.js';

/** No cell is filled beyond this: one that is longer moves what is behind it in its own line alone. */
const MAX_PADDED = 60;

/** The least that is left of a cell that is cut. */
const MIN_CUT = 16;

/**
 * Rows of cells as lines, each column as wide as its widest cell, up to 60 columns.
 *
 * @param flexible the columns whose cells are cut, with an ellipsis, where lines are wider than the terminal
 * @param terminalColumns undefined where the lines go to no terminal: nothing is cut then
 */
export function columns(
  rows: readonly (readonly string[])[],
  flexible: readonly number[] = [],
  terminalColumns?: number,
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  if (terminalColumns !== undefined) shrink(widths, flexible, terminalColumns);
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column]!;
        const isCut = terminalColumns !== undefined && flexible.includes(column);
        const shown = isCut ? cutTo(cell, width) : cell;
        return padColumns(shown, isCut ? width : Math.min(width, MAX_PADDED));
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Takes from the widest of the flexible columns until a line fits, or nothing more can be taken. */
function shrink(widths: number[], flexible: readonly number[], terminalColumns: number): void {
  const total = widths.reduce((sum, width) => sum + width + 2, -2);
  for (let excess = total - terminalColumns; excess > 0;) {
    const sorted = flexible
      .filter((column) => (widths[column] ?? 0) > MIN_CUT)
      .sort((one, other) => widths[other]! - widths[one]!);
    const [widest, next] = sorted;
    if (widest === undefined) return;
    const floor = Math.max(MIN_CUT, (next === undefined ? 0 : widths[next]!) - 1);
    const taken = Math.min(excess, Math.max(1, widths[widest]! - floor));
    widths[widest] = widths[widest]! - taken;
    excess -= taken;
  }
}

const cutTo = (text: string, width: number): string =>
  widthOf(text) <= width ? text : `${fitColumns(text, width - 1).trimEnd()}…`;
