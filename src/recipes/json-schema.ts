import { ZosiaError } from '../errors.js';
import { anyObject, tryJson } from '../json.js';
import { jsonFault } from './json-fault.js';
import { checkLength, readTextFile } from './text-argument.js';

/** guest/init takes 128 KiB of arguments in all (request.c). */
const KIND = { what: 'the JSON schema', maxBytes: 64 << 10 };

/** More of a part's place is not told: names in a schema may be of any length. */
const MAX_PLACE_CHARACTERS = 200;

/** No schema that a person wrote is nested deeper, and llama.cpp follows one by recursion. */
const MAX_DEPTH = 64;

/**
 * A JSON schema that an answer has to follow, as compact JSON: given as text, which begins with `{`, or as the path
 * of a file. What llama.cpp could make no grammar of is refused.
 *
 * @throws ZosiaError `ZOSIA_SCHEMA_UNUSABLE`, `ZOSIA_TEXT_UNUSABLE`, and those of `accessFile`
 */
export async function readJsonSchema(given: string): Promise<string> {
  const isText = given.trimStart().startsWith('{');
  const text = isText ? given : await readTextFile(given, KIND);
  checkLength(Buffer.byteLength(text), KIND);
  const from = isText ? 'the JSON schema' : given;
  const fault = jsonFault(text.replace(/^\uFEFF/, ''), MAX_DEPTH);
  if (fault) {
    const { line, column, problem } = fault;
    throw unusable(`${from} is no JSON at line ${line}, column ${column}: ${problem}`);
  }
  const schema = tryJson(anyObject, text.replace(/^\uFEFF/, ''));
  if (!schema) throw unusable(`${from} is JSON, but no schema: it is no object`);
  const { schemaFault } = await import('./json-schema-fault.js');
  const wrong = await schemaFault(schema);
  if (wrong) {
    const place = wrong.at.slice(0, MAX_PLACE_CHARACTERS);
    throw unusable(`${from} is no schema that can be used, at ${place}: ${wrong.problem}`);
  }
  return JSON.stringify(schema);
}

const unusable = (message: string): ZosiaError =>
  new ZosiaError('ZOSIA_SCHEMA_UNUSABLE', message, {
    hint: 'A schema is a JSON object, as {"type": "object", "properties": {"name": {"type": "string"}}}.',
  });
