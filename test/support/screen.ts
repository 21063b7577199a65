/** A terminal's screen, as far as init draws on it: text, CR, LF, and the sequences A, C, H and J of CSI. */
export class Screen {
  readonly lines: string[][] = [[]];
  row = 0;
  column = 0;
  /** The first row in sight: what has scrolled off does not come back. */
  #top = 0;
  readonly #rows: number;
  readonly #columns: number;
  readonly #widthOf: (character: string) => number;

  constructor(rows: number, columns: number, widthOf: (character: string) => number) {
    this.#rows = rows;
    this.#columns = columns;
    this.#widthOf = widthOf;
  }

  write(text: string): void {
    // eslint-disable-next-line no-control-regex -- it is what a terminal reads
    for (const [part] of text.matchAll(/\u001b\[\??[\d;]*[A-Za-z]|[^]/gu)) this.#take(part);
  }

  /** The rows in sight, without blanks at their ends. */
  get visible(): string[] {
    return this.lines.slice(this.#top).map((cells) => cells.join('').trimEnd());
  }

  /** The cursor's row in sight, from 0. */
  get visibleRow(): number {
    return this.row - this.#top;
  }

  #take(part: string): void {
    if (part === '\r') this.column = 0;
    else if (part === '\n') this.#down();
    else if (part.startsWith('\u001b')) this.#obey(part);
    else this.#put(part);
  }

  #down(): void {
    this.row++;
    this.#top = Math.max(this.#top, this.row + 1 - this.#rows);
    if (this.row === this.lines.length) this.lines.push([]);
  }

  #put(character: string): void {
    const width = this.#widthOf(character);
    if (this.column + width > this.#columns) {
      this.column = 0;
      this.#down();
    }
    const cells = this.lines[this.row]!;
    while (cells.length < this.column) cells.push(' ');
    if (width === 0) cells[this.column - 1] = `${cells[this.column - 1] ?? ''}${character}`;
    if (width >= 1) cells[this.column] = character;
    if (width === 2) cells[this.column + 1] = '';
    this.column += width;
  }

  #obey(sequence: string): void {
    const count = Number(/\d+/.exec(sequence)?.[0] ?? 1);
    const waits = Math.min(this.column, this.#columns - 1);
    switch (sequence.at(-1)) {
      case 'A':
        this.row = Math.max(this.#top, this.row - count);
        break;
      case 'C':
        this.column = Math.min(this.#columns - 1, waits + count);
        break;
      case 'J':
        this.lines.length = this.row + 1;
        this.lines[this.row]!.length = Math.min(this.lines[this.row]!.length, this.column);
        break;
      default:
        break;
    }
  }
}
