import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schemaFault } from '../../src/recipes/json-schema-fault.js';
import { REFUSED, TAKEN } from './json-schema-samples.js';

const faultOf = (text: string) => schemaFault(JSON.parse(text) as Record<string, unknown>);

describe('schemaFault', () => {
  it.each(TAKEN)('finds nothing wrong with %s', async (text) => {
    expect(await faultOf(text)).toBeUndefined();
  });

  it.each(REFUSED)('says of %s that it is wrong at %s', async (text, at, problem) => {
    expect(await faultOf(text)).toEqual({
      at,
      problem: expect.stringMatching(problem) as string,
    });
  });

  // llama.cpp would not end: no test can ask it.
  it.each([
    ['{"type":"string","minLength":3,"maxLength":1}', /minLength is 3, .* maxLength, 1/],
    ['{"type":"string","pattern":"^a{3,1}$"}', /numbers out of order in \{\} quantifier/],
  ])('finds what llama.cpp hangs with in %s', async (text, problem) => {
    expect((await faultOf(text))?.problem).toMatch(problem);
  });

  it('takes little time for schemas of 64 KiB, whatever refers to what', async () => {
    const names = Array.from({ length: 2000 }, (_, index) => `n${index}`);
    const chain = Object.fromEntries(
      names.map((name, index) => [name, { $ref: `#/$defs/${names[index + 1] ?? 'last'}` }]),
    );
    const wide = {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, {}])),
    };
    const others = Object.fromEntries(names.map((name) => [name, { $ref: '#/$defs/wide' }]));
    const started = performance.now();
    const chained = { $ref: '#/$defs/n0', $defs: { ...chain, last: { type: 'string' } } };
    expect(await schemaFault(chained)).toBeUndefined();
    const looped = { $ref: '#/$defs/n0', $defs: { ...chain, last: { $ref: '#/$defs/n0' } } };
    expect(await schemaFault(looped)).toMatchObject({ problem: 'it is defined by itself alone' });
    expect(await schemaFault({ properties: others, $defs: { wide } })).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('comes to an end for anything that is an object', async () => {
    const keyword = fc.constantFrom('type', 'items', 'properties', '$ref', 'anyOf', 'enum', 'a');
    const { schema } = fc.letrec((tie) => ({
      schema: fc.dictionary(keyword, tie('value'), { maxKeys: 4 }),
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('string', '#/properties/a', '#/items', 5, true, null),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('schema'),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(schema, async (value) => {
        const fault = await schemaFault(value);
        if (fault) expect(fault.at).toMatch(/^#/);
      }),
    );
  });
});
