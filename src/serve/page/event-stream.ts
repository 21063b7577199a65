/**
 * Reads a stream of server-sent events as its bytes arrive, wherever they are cut. What an event is called
 * is left out: a chat has data alone.
 */
export class EventStream {
  readonly #decoder = new TextDecoder();
  /** The line that has not ended yet. */
  #rest = '';
  #data: string[] = [];

  /** The data of the events that these bytes complete. */
  push(bytes: Uint8Array): string[] {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    // A carriage return at the very end may be the first half of a line break.
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop()!;
    return lines.flatMap((line) => this.#takeLine(line));
  }

  #takeLine(line: string): string[] {
    if (line === '') {
      const data = this.#data;
      this.#data = [];
      return data.length > 0 ? [data.join('\n')] : [];
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    // llama.cpp's server has had errors in a field of that name.
    if (field === 'data' || field === 'error') {
      this.#data.push(colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, ''));
    }
    return [];
  }
}
