import { serverFailed } from './failures.js';
import { LINE_FEED } from '../ascii.js';

/** A token, or what was held back until it was sure not to end the answer: far shorter. */
const MAX_LINE_BYTES = 1 << 20;

const DATA = 'data:';

/**
 * The data of each event of an event stream (WHATWG HTML, "Server-sent events"). llama-server gives an
 * event one line of data, and sends comments to show that it is still there.
 *
 * @throws ZosiaError `ZOSIA_SERVER_FAILED` for a line without an end; whatever `bytes` throws
 */
export async function* eventData(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const line of lines(bytes)) {
    if (line.startsWith(DATA)) yield line.slice(DATA.length).trim();
  }
}

/** What comes after the last end of a line is no line. */
async function* lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let begun: Uint8Array[] = [];
  let length = 0;
  const add = (part: Uint8Array): void => {
    begun.push(part);
    length += part.length;
    if (length > MAX_LINE_BYTES) throw serverFailed('an event does not come to its end');
  };
  for await (const part of bytes) {
    let start = 0;
    for (let end; (end = part.indexOf(LINE_FEED, start)) >= 0; start = end + 1) {
      add(part.subarray(start, end));
      yield Buffer.concat(begun).toString('utf8');
      begun = [];
      length = 0;
    }
    if (start < part.length) add(part.subarray(start));
  }
}
