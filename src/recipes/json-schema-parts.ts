/** A part of a JSON schema, and where it is: `#/properties/a`. */
export interface Part {
  readonly at: string;
  readonly value: unknown;
}

type Schema = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The schemas that llama.cpp makes rules of for a schema (common/json-schema-to-grammar.cpp); of one with `$ref`, `const`
 * or `enum` it reads nothing else.
 */
export function schemasWithin(schema: Schema, at: string): Part[] {
  if (['$ref', 'const', 'enum'].some((keyword) => Object.hasOwn(schema, keyword))) return [];
  const isOf = (type: string): boolean =>
    schema.type === undefined || [schema.type].flat().includes(type);
  return [
    ...['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => eachOf(schema, keyword, at)),
    ...(isOf('object') ? ofObject(schema, at) : []),
    ...(isOf('array')
      ? ['items', 'prefixItems'].flatMap((keyword) => eachOf(schema, keyword, at))
      : []),
  ];
}

function ofObject(schema: Schema, at: string): Part[] {
  const { properties, additionalProperties: others } = schema;
  return [
    ...(isObject(properties) ? Object.entries(properties) : []).map(([name, value]) => ({
      at: `${at}/properties/${name}`,
      value,
    })),
    ...(isObject(others) ? [{ at: `${at}/additionalProperties`, value: others }] : []),
  ];
}

/** A keyword's schema, or those of its list. */
function eachOf(schema: Schema, keyword: string, at: string): Part[] {
  if (!Object.hasOwn(schema, keyword)) return [];
  const value = schema[keyword];
  return Array.isArray(value)
    ? value.map((each: unknown, index) => ({ at: `${at}/${keyword}/${index}`, value: each }))
    : [{ at: `${at}/${keyword}`, value }];
}

/** What a `$ref` leads to, as llama.cpp follows it; else why it follows none. */
export function followReference(schema: Schema, reference: string): Part | string {
  const quoted = JSON.stringify(reference.slice(0, 80));
  if (!reference.startsWith('#')) return `it refers to ${quoted}, which is not in the schema`;
  if (!reference.startsWith('#/')) {
    return `llama.cpp follows references of the form #/$defs/NAME alone, and not ${quoted}`;
  }
  let value: unknown = schema;
  for (const token of reference.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) {
      // It takes a name as it is written.
      const escaped = /[~%]/.test(token) ? '; llama.cpp decodes no ~0, ~1 or %' : '';
      return `${quoted} leads to nothing: there is no ${JSON.stringify(token.slice(0, 80))}${escaped}`;
    }
    value = (value as Schema)[token];
  }
  return { at: reference, value };
}

/**
 * Where a schema stands for itself before it stands for anything, by references and alternatives: llama.cpp's grammars
 * have no such rules. One that holds itself, as a tree's node does, is none of those.
 *
 * @param schemas all that may be part of one
 */
export function referenceLoop(whole: Schema, schemas: Iterable<unknown>): string | undefined {
  const done = new Set<unknown>();
  for (const start of schemas) {
    // Those that lead to the one at hand, which is the last; each with what it has not been followed to.
    const path: { part: Part; next: Part[] }[] = [];
    const open = new Set<unknown>();
    const enter = (part: Part): void => {
      open.add(part.value);
      path.push({ part, next: sameAs(whole, part) });
    };
    if (!done.has(start)) enter({ at: '#', value: start });
    for (let last; (last = path.at(-1)) !== undefined;) {
      const next = last.next.pop();
      if (next === undefined) {
        path.pop();
        open.delete(last.part.value);
        done.add(last.part.value);
      } else if (open.has(next.value)) {
        return next.at;
      } else if (!done.has(next.value)) {
        enter(next);
      }
    }
  }
  return undefined;
}

/** What stands in the place of a schema. */
function sameAs(whole: Schema, { at, value }: Part): Part[] {
  if (!isObject(value)) return [];
  if (typeof value.$ref === 'string') {
    const found = followReference(whole, value.$ref);
    return typeof found === 'string' ? [] : [found];
  }
  return ['anyOf', 'oneOf'].flatMap((keyword) => eachOf(value, keyword, at));
}
