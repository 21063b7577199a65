import type { Ajv, ErrorObject } from 'ajv';
import { followReference, referenceLoop, schemasWithin } from './json-schema-parts.js';
import type { Part } from './json-schema-parts.js';

/** What is wrong with a JSON schema, and where. */
export interface SchemaFault {
  /** As llama.cpp writes it: `#` is the whole schema, `#/properties/a` a part. */
  readonly at: string;
  readonly problem: string;
}

/** More of a value is not shown. */
const MAX_SHOWN_CHARACTERS = 60;

/** Those of which one may be greater than the other: llama.cpp hangs, or ends, where the first is. */
const BOUNDS = [
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
  ['minimum', 'maximum'],
] as const;

/**
 * Why a JSON object is no JSON schema, by the specification's own schema for schemas; or why llama.cpp could make no
 * grammar of it, as far as it follows it. Undefined where nothing is wrong. Nothing is asked of a network.
 *
 * @param schema of bounded size and depth
 */
export async function schemaFault(
  schema: Readonly<Record<string, unknown>>,
): Promise<SchemaFault | undefined> {
  const formFault = await loadFormCheck(schema);
  const whole = { at: '#', value: schema };
  const fault = formFault(whole);
  if (fault) return fault;
  const seen = new Set<unknown>();
  const checked = new Set<unknown>();
  const waiting: Part[] = [whole];
  for (let part; (part = waiting.pop()) !== undefined;) {
    const { at, value } = part;
    if (seen.has(value)) continue;
    if (!isObject(value)) {
      return {
        at,
        problem: `llama.cpp takes an object alone for a schema, and not ${shown(value)}`,
      };
    }
    seen.add(value);
    const own = keywordFault(value, at);
    if (own) return own;
    if (typeof value.$ref === 'string') {
      const found = followReference(schema, value.$ref);
      if (typeof found === 'string') return { at: `${at}/$ref`, problem: found };
      // It may lead to a place where the specification sees no schema.
      const otherFault = checked.has(found.value) ? undefined : formFault(found);
      if (otherFault) return otherFault;
      checked.add(found.value);
      waiting.push(found);
    }
    waiting.push(...schemasWithin(value, at).reverse());
  }
  const loop = referenceLoop(schema, seen);
  return loop === undefined ? undefined : { at: loop, problem: 'it is defined by itself alone' };
}

function keywordFault(schema: Record<string, unknown>, at: string): SchemaFault | undefined {
  if (Array.isArray(schema.enum) && schema.enum.length === 0) {
    return { at: `${at}/enum`, problem: 'it has no value, so that no answer is right' };
  }
  for (const [least, most] of BOUNDS) {
    const [from, to] = [schema[least], schema[most]];
    if (typeof from === 'number' && typeof to === 'number' && from > to) {
      return { at, problem: `${least} is ${from}, which is more than ${most}, ${to}` };
    }
  }
  if (typeof schema.pattern !== 'string') return undefined;
  try {
    new RegExp(schema.pattern);
    return undefined;
  } catch (error) {
    const { message } = error as SyntaxError;
    const reason = message.slice(message.lastIndexOf(': ') + 2);
    return { at: `${at}/pattern`, problem: `it is no regular expression (${reason})` };
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What compares a part of a schema with the specification that the schema follows. */
async function loadFormCheck(
  schema: Readonly<Record<string, unknown>>,
): Promise<(part: Part) => SchemaFault | undefined> {
  const errorsIn = await (followsOlderDraft(schema) ? olderDraft() : newestDraft());
  return ({ at, value }) => {
    const errors = errorsIn(value);
    if (errors.length === 0) return undefined;
    const error = furthest(errors);
    const path = error.instancePath;
    return { at: `${at}${path}`, problem: `${shown(valueAt(value, path))} ${wanted(error)}` };
  };
}

type ErrorsIn = (value: unknown) => readonly ErrorObject[];

/** The formats of URIs and anchors are of no use to llama.cpp. */
const OPTIONS = { strict: false, validateFormats: false, logger: false } as const;

const olderDraft = once(async () =>
  errorsBy(new (await import('ajv')).Ajv(OPTIONS), 'http://json-schema.org/draft-07/schema'),
);
const newestDraft = once(async () =>
  errorsBy(
    new (await import('ajv/dist/2020.js')).Ajv2020(OPTIONS),
    'https://json-schema.org/draft/2020-12/schema',
  ),
);

/** ajv makes code of what it compares with, which takes longer than all else: once in a process's life. */
function once(load: () => Promise<ErrorsIn>): () => Promise<ErrorsIn> {
  let loading: Promise<ErrorsIn> | undefined;
  return () => (loading ??= load());
}

const errorsBy =
  (ajv: Pick<Ajv, 'validate' | 'errors'>, id: string): ErrorsIn =>
  (value) =>
    ajv.validate(id, value) ? [] : (ajv.errors ?? []);

/** Of what one mistake brings about, that which tells most of its place. */
function furthest(errors: readonly ErrorObject[]): ErrorObject {
  const depth = ({ instancePath }: ErrorObject): number => instancePath.split('/').length;
  return errors.reduce((best, error) => (depth(error) > depth(best) ? error : best));
}

function wanted({ keyword, params, message = 'is wrong' }: ErrorObject): string {
  const { allowedValues } = params as { readonly allowedValues?: readonly unknown[] };
  return keyword === 'enum' && allowedValues
    ? `must be one of ${allowedValues.map(String).join(', ')}`
    : message;
}

/** @param path a JSON pointer of ajv's, which leads to something */
function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const token of path.split('/').slice(1)) {
    at = (at as Record<string, unknown>)[token.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return at;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  const characters = Array.from(text);
  return characters.length <= MAX_SHOWN_CHARACTERS
    ? text
    : `${characters.slice(0, MAX_SHOWN_CHARACTERS).join('')}…`;
}

/** In older drafts a list of `items` is what `prefixItems` is now; llama.cpp takes both. */
function followsOlderDraft(schema: Readonly<Record<string, unknown>>): boolean {
  const { $schema } = schema;
  if (typeof $schema === 'string' && /\/draft-0\d\/|\/2019-09\//.test($schema)) return true;
  if (typeof $schema === 'string' && $schema.includes('/2020-12/')) return false;
  return hasListOfItems(schema);
}

function hasListOfItems(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isObject(value) && Array.isArray(value.items)) return true;
  return Object.values(value).some(hasListOfItems);
}
