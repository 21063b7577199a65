import { corrupt, unsupported } from './errors.js';
import { PRE_TOKENIZERS, TOKENIZERS } from './tokenizers.js';
import type { GgufArray } from './reader.js';
import type { TypedMetadata } from './typed-metadata.js';

const PREFIX = 'tokenizer.ggml.';

/** Read where there is a vocabulary, and then of no other type (llama_vocab::impl::load). */
const TOKEN_IDS =
  'bos eos eot eom unknown seperator padding mask prefix suffix middle ' +
  'fim_pre fim_suf fim_mid fim_pad fim_rep fim_sep';
const FLAGS =
  'add_bos_token add_eos_token add_sep_token add_space_prefix remove_extra_whitespaces ' +
  'normalizer.nfc normalizer.lowercase normalizer.strip_accents';

/** llama.h, enum llama_token_type. */
const BYTE_TOKEN = 6;

/** A byte's token is its text `<0xNN>`, of which llama.cpp reads what follows three characters. */
const BYTE_TOKEN_PREFIX_BYTES = 3;

/**
 * Checks a model's vocabulary as the pinned llama.cpp would when it loads it.
 *
 * @returns the tokens; undefined where the model says that it has none
 * @throws ZosiaError `ZOSIA_MODEL_CORRUPT`; `ZOSIA_MODEL_UNSUPPORTED` for tokenizers that it does not know
 */
export function checkVocabulary(metadata: TypedMetadata, name: string): GgufArray | undefined {
  const tokenizer = metadata.required(`${PREFIX}model`, 'string');
  const rules = TOKENIZERS.get(tokenizer) ?? unknown('tokenizer', tokenizer, name);
  const preTokenizer = metadata.optional(`${PREFIX}pre`, 'string');
  metadata.optional(`${PREFIX}token_type_count`, 'uint32');
  if (!rules.tokens) return undefined;
  if (rules.merges) metadata.requiredArray(`${PREFIX}merges`, ['string']);
  const isKnown = preTokenizer === undefined || PRE_TOKENIZERS.has(preTokenizer);
  if (rules.preTokenizer && !isKnown) unknown('pre-tokenizer', preTokenizer, name);
  for (const id of TOKEN_IDS.split(' ')) metadata.optional(`${PREFIX}${id}_token_id`, 'uint32');
  for (const flag of FLAGS.split(' ')) metadata.optional(`${PREFIX}${flag}`, 'bool');
  metadata.optionalArray(`${PREFIX}suppress_tokens`, ['int32']);
  return checkTokens(metadata, tokenizer, name);
}

function checkTokens(metadata: TypedMetadata, tokenizer: string, name: string): GgufArray {
  const tokens = metadata.requiredArray(`${PREFIX}tokens`, ['string']);
  const scores = metadata.optionalArray(`${PREFIX}scores`, ['float32', 'int32']);
  const types = metadata.optionalArray(`${PREFIX}token_type`, ['int32']);
  for (const [what, array] of [['scores', scores] as const, ['types', types] as const]) {
    if (!array || array.length >= tokens.length) continue;
    throw corrupt(name, `it has ${array.length} ${what} for ${tokens.length} tokens`);
  }
  // llama.cpp takes what stands before a NUL, and makes up a text where nothing does.
  const texts = new Set<string>();
  for (let id = 0; id < tokens.length; id++) {
    const [text = ''] = tokens.stringBytes(id).toString('latin1').split('\0', 1);
    texts.add(text === '' ? `[EMPTY_${id}]` : text);
    if (texts.size <= id) throw corrupt(name, `its token ${id} occurs twice`);
    const isTooShort = text !== '' && text.length < BYTE_TOKEN_PREFIX_BYTES;
    if (tokenizer === 'llama' && isTooShort && types?.at(id) === BYTE_TOKEN) {
      throw corrupt(name, `its token ${id} stands for a byte and does not say for which`);
    }
  }
  return tokens;
}

function unknown(what: string, value: string, name: string): never {
  throw unsupported(
    name,
    `llama.cpp does not know its ${what}, ${JSON.stringify(value.slice(0, 80))}`,
    'It may be damaged, or newer than the llama.cpp that zosia comes with: get a newer zosia.',
  );
}
