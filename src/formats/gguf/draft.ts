import type { BaseModel } from './base-model.js';
import type { GgufHeader } from './reader.js';
import { vocabularyOf } from './token-table.js';
import type { Vocabulary } from './token-table.js';

/** The numbers of tokens may differ by so many (llama.cpp, SPEC_VOCAB_MAX_SIZE_DIFFERENCE). */
const MAX_SIZE_DIFFERENCE = 128;

/** The tokens before it are special ones, whose texts llama.cpp does not compare (SPEC_VOCAB_CHECK_START_TOKEN_ID). */
const FIRST_COMPARED_TOKEN = 5;

/** More of a token is not told. */
const MAX_TOKEN_CHARACTERS = 40;

/**
 * Why llama.cpp would not let one model draft for another (common_speculative_are_compatible); undefined when
 * it would. What a model leaves to llama.cpp, such as its first token, is not compared: only llama.cpp knows.
 */
export function draftMisfit(draft: GgufHeader, model: BaseModel): string | undefined {
  const [own, its] = [vocabularyOf(draft), model.vocabulary];
  if (!own.tokens) return 'it has no vocabulary';
  if (!its.tokens) return 'the model has no vocabulary to draft in';
  if (own.model !== its.model) {
    return `its tokenizer is of the kind ${quoted(own.model)}, and the model's of the kind ${quoted(its.model)}`;
  }
  return (
    endMisfit('begins', [own.addsBos, own.bos], [its.addsBos, its.bos]) ??
    endMisfit('ends', [own.addsEos, own.eos], [its.addsEos, its.eos]) ??
    tokenMisfit(own.tokens, its.tokens)
  );
}

type TextEnd = readonly [isAdded: boolean | undefined, token: number | undefined];

function endMisfit(verb: 'begins' | 'ends', own: TextEnd, its: TextEnd): string | undefined {
  const [ownAdds, ownToken] = own;
  const [itsAdds, itsToken] = its;
  if (ownAdds === undefined || itsAdds === undefined) return undefined;
  if (ownAdds !== itsAdds) {
    const [with_, without] = ownAdds ? ['it', 'the model'] : ['the model', 'it'];
    return `${with_} ${verb} a text with a token of its own, and ${without} with none`;
  }
  if (!ownAdds || ownToken === undefined || itsToken === undefined || ownToken === itsToken) {
    return undefined;
  }
  return `it ${verb} a text with token ${ownToken}, and the model with token ${itsToken}`;
}

type Tokens = NonNullable<Vocabulary['tokens']>;

function tokenMisfit(own: Tokens, its: Tokens): string | undefined {
  if (Math.abs(own.length - its.length) > MAX_SIZE_DIFFERENCE) {
    return `it has ${own.length} tokens, and the model ${its.length}: they may differ by ${MAX_SIZE_DIFFERENCE}`;
  }
  const count = Math.min(own.length, its.length);
  for (let token = FIRST_COMPARED_TOKEN; token < count; token++) {
    if (own.stringBytes(token).equals(its.stringBytes(token))) continue;
    return `its token ${token} is ${quoted(own.at(token))}, and the model's ${quoted(its.at(token))}`;
  }
  return undefined;
}

const quoted = (value: unknown): string =>
  typeof value === 'string'
    ? JSON.stringify(Array.from(value).slice(0, MAX_TOKEN_CHARACTERS).join(''))
    : 'not known';
