import { ZosiaError } from '../../errors.js';
import { shownText } from '../../download/shown-text.js';
import { deceptiveCharacter } from '../../formats/unseen.js';
import { digestBytes } from '../../host/digest.js';

/** The longest name that is taken, in bytes of UTF-8: references with an owner, a repository and a file fit. */
const MAX_NAME_BYTES = 400;

/** What a shell or zosia itself would take for a path. */
const PATH_LIKE = /^[/~]|(?:^|\/)\.{1,2}(?:\/|$)|\\/;

/** What says where a model is to be had: a name of that form would be taken for another model. */
const REFERENCE_LIKE =
  /^(?:hf|huggingface|ollama|oci|docker|https?|file):|^(?:hf\.co|huggingface\.co)\/|:\/\//i;

/**
 * A name as the store keeps it: in Unicode's composed form, since macOS and others write the same name in
 * different ones.
 *
 * @throws ZosiaError `ZOSIA_MODEL_BAD_NAME`
 */
export function checkedName(name: string): string {
  const composed = name.normalize('NFC');
  // Two names may not look the same.
  const deceptive = deceptiveCharacter(composed);
  const problem =
    composed.trim() === ''
      ? 'it is empty'
      : deceptive !== undefined
        ? `it has ${deceptive}`
        : composed !== composed.trim()
          ? 'it begins or ends with a space'
          : PATH_LIKE.test(composed)
            ? 'it looks like a path'
            : REFERENCE_LIKE.test(composed)
              ? 'it looks like a reference'
              : composed.startsWith('-')
                ? 'it looks like an option'
                : Buffer.byteLength(composed) > MAX_NAME_BYTES
                  ? `it has more than ${MAX_NAME_BYTES} bytes`
                  : undefined;
  if (problem === undefined) return composed;
  throw new ZosiaError(
    'ZOSIA_MODEL_BAD_NAME',
    `a model cannot be named ${shownText(composed)}: ${problem}`,
    {
      hint: 'Names are like phi-3.5-mini, team/model or model:q8.',
    },
  );
}

/** What every file system takes, in one case only: some take a name and its capitals for the same. */
const KEPT = /^[a-z0-9._-]$/;
/** File systems take names of 255 bytes. */
const MAX_ENCODED = 200;
const DIGEST_DIGITS = 32;

/**
 * A file's name for a text: other texts get other ones, on file systems that tell capitals from small letters and
 * on those that do not. Bytes outside of small letters, digits, `.`, `_` and `-` become `%` and two digits.
 */
export function fileNameFor(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    encoded += KEPT.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
  }
  // Hidden files are no names of models, and the ending of a temporary file would be taken for one.
  if (encoded.startsWith('.')) encoded = `%2e${encoded.slice(1)}`;
  if (encoded.length <= MAX_ENCODED) return encoded;
  const digest = digestBytes(Buffer.from(text, 'utf8')).slice(0, DIGEST_DIGITS);
  // A tilde is in no text that is encoded whole.
  return `${encoded.slice(0, MAX_ENCODED - DIGEST_DIGITS - 1)}~${digest}`;
}
