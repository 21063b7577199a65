/** What is wrong with a JSON text, and where: both count from 1, columns in characters of JavaScript's. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly problem: string;
}

/** What a position of a text may hold, and how deep what is there lies. */
interface Cursor {
  readonly text: string;
  at: number;
}

class Fault extends Error {}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORD = /true|false|null/y;
const BLANK = /[ \t\r\n]*/y;

/**
 * The first place where a text is no JSON (RFC 8259), or is nested deeper than `maxDepth`; undefined for one
 * that is. `JSON.parse` tells no place for most mistakes.
 */
export function jsonFault(text: string, maxDepth: number): JsonFault | undefined {
  const cursor: Cursor = { text, at: 0 };
  try {
    skipBlanks(cursor);
    takeValue(cursor, maxDepth);
    if (cursor.at < text.length) throw new Fault(`${shown(cursor)} follows the end of the value`);
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const before = text.slice(0, cursor.at).split('\n');
    return {
      line: before.length,
      column: before.at(-1)!.length + 1,
      problem: error.message,
    };
  }
}

function takeValue(cursor: Cursor, depth: number): void {
  const next = cursor.text[cursor.at];
  if (next === '{' || next === '[') {
    if (depth === 0) throw new Fault('it is nested too deep');
    if (next === '{')
      takeMembers(cursor, '}', () => {
        takeMember(cursor, depth - 1);
      });
    else
      takeMembers(cursor, ']', () => {
        takeValue(cursor, depth - 1);
      });
  } else if (next === '"') {
    takeString(cursor);
  } else if (!take(cursor, NUMBER) && !take(cursor, WORD)) {
    throw new Fault(`${shown(cursor)} stands where a value should`);
  }
  skipBlanks(cursor);
}

function takeMembers(cursor: Cursor, end: string, takeOne: () => void): void {
  cursor.at++;
  skipBlanks(cursor);
  if (cursor.text[cursor.at] === end) {
    cursor.at++;
    return;
  }
  for (;;) {
    takeOne();
    const next = cursor.text[cursor.at];
    if (next !== ',' && next !== end) {
      throw new Fault(`${shown(cursor)} stands where "," or "${end}" should`);
    }
    cursor.at++;
    if (next === end) return;
    skipBlanks(cursor);
  }
}

function takeMember(cursor: Cursor, depth: number): void {
  if (cursor.text[cursor.at] !== '"') {
    throw new Fault(`${shown(cursor)} stands where a name in double quotes should`);
  }
  takeString(cursor);
  skipBlanks(cursor);
  if (cursor.text[cursor.at] !== ':') throw new Fault(`${shown(cursor)} stands where ":" should`);
  cursor.at++;
  skipBlanks(cursor);
  takeValue(cursor, depth);
}

function takeString(cursor: Cursor): void {
  cursor.at++;
  for (;;) {
    const next = cursor.text[cursor.at];
    if (next === undefined) throw new Fault('a string is not ended');
    if (next < ' ') throw new Fault(`${shown(cursor)} stands in a string without its escape`);
    if (next === '\\') {
      if (!take(cursor, ESCAPE)) throw new Fault('a backslash begins no escape that JSON has');
      continue;
    }
    cursor.at++;
    if (next === '"') return;
  }
}

const skipBlanks = (cursor: Cursor): void => {
  take(cursor, BLANK);
};

function take(cursor: Cursor, form: RegExp): boolean {
  form.lastIndex = cursor.at;
  if (!form.test(cursor.text)) return false;
  cursor.at = form.lastIndex;
  return true;
}

/** What stands at a position, for people. */
function shown({ text, at }: Cursor): string {
  const code = text.codePointAt(at);
  return code === undefined ? 'the end' : JSON.stringify(String.fromCodePoint(code));
}
