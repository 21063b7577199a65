/** A record of a CSV file, and the line it begins on. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

/** One record, quoted where RFC 4180 asks for it, with a line feed at its end. */
export const formatCsvRow = (fields: readonly string[]): string =>
  `${fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')}\n`;

/** A field: quoted, with quotes doubled, or plain. What follows it ends the field or the record. */
const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/**
 * Reads CSV (RFC 4180; lines may end in a line feed alone). Empty lines are passed over.
 *
 * @throws SyntaxError that names the line, when quotes are not where they may be
 */
export function parseCsv(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let fields: string[] = [];
  let line = 1;
  let lineOfRow = 1;
  const field = new RegExp(FIELD);
  field.lastIndex = text.startsWith('\ufeff') ? 1 : 0;
  while (field.lastIndex < text.length || fields.length > 0) {
    const found = field.exec(text);
    if (!found) throw new SyntaxError(`line ${line}: a quote stands where none may`);
    const [whole, quoted, plain = '', end] = found;
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += whole.split('\n').length - 1;
    if (end === ',') continue;
    if (fields.length > 1 || fields[0] !== '') rows.push({ line: lineOfRow, fields });
    fields = [];
    lineOfRow = line;
  }
  return rows;
}
