import * as v from 'valibot';

/**
 * Parses JSON that anyone may have written, and checks it against a schema. The caller bounds the text.
 *
 * @param fail makes the error from what is wrong, in one line: `profiles.mine.threads is not ...`
 */
export function parseJson<const Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
  fail: (problem: string, cause?: unknown) => Error,
): v.InferOutput<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail(`it is not JSON (${(cause as SyntaxError).message})`, cause);
  }
  return checkJson(schema, value, fail);
}

/**
 * Checks a value that came out of JSON: see {@link parseJson}.
 *
 * @param at where it lay: the keys that lead there
 */
export function checkJson<const Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  fail: (problem: string) => Error,
  at: readonly PropertyKey[] = [],
): v.InferOutput<Schema> {
  // The first problem is enough, and a file may have millions.
  const checked = v.safeParse(schema, value, { abortEarly: true });
  if (checked.success) return checked.output;
  throw fail(describeIssue(checked.issues[0], at));
}

/** {@link parseJson} for what may as well not be there: undefined for text that is not as it should be. */
export function tryJson<const Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
): v.InferOutput<Schema> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const checked = v.safeParse(schema, value, { abortEarly: true });
  return checked.success ? checked.output : undefined;
}

/** Text of a form. */
export const matching = (pattern: RegExp) =>
  v.pipe(
    v.string(),
    v.regex(pattern, ({ input }) => `is ${shown(input)}, not of the form ${pattern.source}`),
  );

/** A whole number within bounds, both included. */
export const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  v.custom<number>(
    (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
    ({ input }) => `is ${shown(input)}, not a whole number from ${least} to ${most}`,
  );

/** An object with at least these members. */
export const object = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(NO_LIST, v.object(entries));

/** An object with these members and no other. */
export const strictObject = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(NO_LIST, v.strictObject(entries));

/** An object of any members; valibot's own would pass over one whose name is `constructor`. */
export const anyObject = v.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  ({ input }) => `is ${shown(input)}, not an object`,
);

/** valibot takes a list for an object without members. */
const NO_LIST = v.pipe(
  v.unknown(),
  v.check((value) => !Array.isArray(value), 'is a list, not an object'),
);

/** A number of bytes. */
export const byteCount = wholeNumber(0);

/** What an issue of valibot says, with the place of the value: `inputs[0].path is 1, not text`. */
function describeIssue(issue: v.BaseIssue<unknown>, at: readonly PropertyKey[]): string {
  const path = [...at, ...(issue.path ?? []).map(({ key }) => key as PropertyKey)];
  const last = path.at(-1);
  // Of an object, valibot reports members that are missing or unknown at the place of the member.
  const isOfObject = issue.kind === 'schema' && issue.type.endsWith('object');
  if (isOfObject && issue.expected === 'never') {
    return `${placeOf(path.slice(0, -1))} has an unknown member ${shown(last)}`;
  }
  if (isOfObject && issue.input === undefined) {
    return `${placeOf(path.slice(0, -1))} lacks ${shown(last)}`;
  }
  return `${placeOf(path)} ${isUsual(issue) ? whatIsExpected(issue) : issue.message}`;
}

/** Whether a schema has no message of its own. */
const isUsual = ({ message }: v.BaseIssue<unknown>): boolean => message.startsWith('Invalid ');

const EXPECTED: Readonly<Record<string, string>> = {
  Object: 'an object',
  Array: 'a list',
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
};

function whatIsExpected({ expected, input }: v.BaseIssue<unknown>): string {
  const choices = (expected ?? '').replace(/^\((.*)\)$/, '$1').replaceAll(' | ', ' or ');
  return `is ${shown(input)}, not ${EXPECTED[choices] ?? choices}`;
}

/** A value of JSON as messages show it, without the contents that may be long. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}...`;
}

const MAX_SHOWN = 60;

/** `components.kernel[0].name`; "it" for the value as a whole. */
function placeOf(keys: readonly PropertyKey[]): string {
  if (keys.length === 0) return 'it';
  return keys
    .map((key, i) => {
      if (typeof key === 'number') return `[${key}]`;
      return i === 0 ? String(key) : `.${String(key)}`;
    })
    .join('');
}
