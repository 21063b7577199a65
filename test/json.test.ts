import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  anyObject,
  byteCount,
  checkJson,
  matching,
  object,
  parseJson,
  strictObject,
  tryJson,
  wholeNumber,
} from '../src/json.js';

const SCHEMA = strictObject({
  schema: v.literal(1),
  name: matching(/^[a-z]+$/),
  flag: v.exactOptional(v.boolean()),
  parts: v.array(object({ kind: v.picklist(['raw', 'vmdk']), sizeBytes: byteCount })),
  options: v.exactOptional(anyObject),
});
const GOOD = { schema: 1, name: 'a', parts: [{ kind: 'raw', sizeBytes: 7, more: true }] };

const fail = (problem: string): Error => new Error(`file: ${problem}`);
const parse = (value: unknown): unknown => parseJson(SCHEMA, JSON.stringify(value), fail);

describe('parseJson', () => {
  it('returns the parts of the value that are in the schema', () => {
    expect(parse(GOOD)).toEqual({ ...GOOD, parts: [{ kind: 'raw', sizeBytes: 7 }] });
  });

  it('reports that a text is not JSON, and passes on the cause', () => {
    const causes: unknown[] = [];
    const parseText = (): unknown =>
      parseJson(SCHEMA, '{"schema": ', (problem, cause) => {
        causes.push(cause);
        return fail(problem);
      });
    expect(parseText).toThrow(/^file: it is not JSON \(.+\)$/);
    expect(causes).toEqual([expect.any(SyntaxError)]);
  });

  it.each<[unknown, string]>([
    [null, 'it is null, not an object'],
    [[], 'it is a list, not an object'],
    [{}, 'it lacks "schema"'],
    [{ ...GOOD, schema: 2 }, 'schema is 2, not 1'],
    [{ ...GOOD, name: 3 }, 'name is 3, not text'],
    [{ ...GOOD, name: 'A' }, 'name is "A", not of the form ^[a-z]+$'],
    [{ ...GOOD, name: 'A'.repeat(99) }, `name is "${'A'.repeat(59)}..., not of the form ^[a-z]+$`],
    [{ ...GOOD, flag: 'yes' }, 'flag is "yes", not true or false'],
    [{ ...GOOD, parts: {} }, 'parts is an object, not a list'],
    [{ ...GOOD, parts: [7] }, 'parts[0] is 7, not an object'],
    [{ ...GOOD, parts: [[]] }, 'parts[0] is a list, not an object'],
    [{ ...GOOD, parts: [{ kind: 'raw' }] }, 'parts[0] lacks "sizeBytes"'],
    [
      { ...GOOD, parts: [{ kind: 'x', sizeBytes: 1 }] },
      'parts[0].kind is "x", not "raw" or "vmdk"',
    ],
    [
      { ...GOOD, parts: [...GOOD.parts, { kind: 'raw', sizeBytes: -1 }] },
      'parts[1].sizeBytes is -1, not a whole number from 0 to 9007199254740991',
    ],
    [{ ...GOOD, options: [] }, 'options is a list, not an object'],
    [{ ...GOOD, extra: 1 }, 'it has an unknown member "extra"'],
  ])('reports the place of the error in %j, and what was expected', (value, problem) => {
    expect(() => parse(value)).toThrow(new Error(`file: ${problem}`));
  });
});

describe('checkJson', () => {
  it('names the source of the value', () => {
    const check = (value: unknown): unknown =>
      checkJson(object({ n: wholeNumber(1, 9) }), value, fail, ['profiles', 'mine', 2]);
    expect(check({ n: 9 })).toEqual({ n: 9 });
    expect(() => check({ n: 1.5 })).toThrow(
      'file: profiles.mine[2].n is 1.5, not a whole number from 1 to 9',
    );
    expect(() => check({})).toThrow('file: profiles.mine[2] lacks "n"');
  });
});

describe('tryJson', () => {
  it.each(['', '{', 'null', '[]', '{"n": "1"}', '{"n": 10}'])(
    'returns undefined for %j',
    (text) => {
      expect(tryJson(object({ n: wholeNumber(1, 9) }), text)).toBeUndefined();
    },
  );

  it('returns a value that matches the schema', () => {
    expect(tryJson(object({ n: wholeNumber(1, 9) }), '{"n": 9}')).toEqual({ n: 9 });
  });
});
