import { KINDS } from '../../src/corpus/stories/characters.js';
import type { Kind } from '../../src/corpus/stories/characters.js';
import { HELPERS, story } from '../../src/corpus/stories/story.js';
import { randomStream } from '../../src/random.js';

const KIND_BY_NAME: ReadonlyMap<string, Kind> = new Map(KINDS.map((kind) => [kind.name, kind]));
const NOUNS = new Set(KINDS.map(({ noun }) => noun));
const HELPER_NOUNS: ReadonlySet<string> = new Set(HELPERS);

const MALE = ['he', 'him', 'his'];
const FEMALE = ['she', 'her'];

/** So many have every word of the grammar. */
const VOCABULARY_STORIES = 3000;
let vocabulary: ReadonlySet<string> | undefined;

/** The grammar's own words in small letters, but for the names. */
function wordsOfTheGrammar(): ReadonlySet<string> {
  if (vocabulary) return vocabulary;
  const random = randomStream(1, 'words of stories');
  const texts = Array.from({ length: VOCABULARY_STORIES }, () => story(random).text);
  const words = texts.flatMap(wordsOf).filter((word) => !KIND_BY_NAME.has(word));
  return (vocabulary = new Set(words.map((word) => word.toLowerCase())));
}

const wordsOf = (text: string): string[] => text.match(/[A-Za-z]+/g) ?? [];

/**
 * The parts of a text that end with a full stop or the like, perhaps in quotes. Words that are spoken go
 * on after it with who says them.
 */
export function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?])\s+|(?<=[.!?]")\s+(?!(?:asked|said|thought)\b)/);
}

/** What is wrong with the sentences of a story; nothing, if it is well written. */
export function sentenceDefects(text: string): string[] {
  const known = wordsOfTheGrammar();
  const strange = wordsOf(text).filter(
    (word) => !KIND_BY_NAME.has(word) && !known.has(word.toLowerCase()),
  );
  return [
    ...(/[^A-Za-z .,:!?"]| {2}/.test(text) ? ['it has characters that no story has'] : []),
    ...(quotesMatch(text) ? [] : ['its quotes do not match']),
    ...strange.map((word) => `"${word}" is no word of the grammar`),
    ...sentencesOf(text).flatMap(defectsOfOne),
  ];
}

/** Each opens before what is said and closes behind a stop or a comma. */
function quotesMatch(text: string): boolean {
  const outside = text.split(/(?<=^| )"[^" ][^"]*[.,!?]"(?= |$)/);
  return outside.every((part) => !part.includes('"'));
}

/** Whether it begins, ends and has words as a sentence does. */
export function isSentence(text: string): boolean {
  return defectsOfOne(text).length === 0;
}

function defectsOfOne(sentence: string): string[] {
  const inside = sentence.match(/(?<=[a-z,:;] )[A-Z][a-z]*/g) ?? [];
  return [
    ...(/^"?[A-Z]/.test(sentence) ? [] : [`"${sentence}" begins without a capital`]),
    ...(/^[^"]+"[a-z]/.test(sentence) ? [`"${sentence}" has words spoken without a capital`] : []),
    ...(/[.!?]"?$/.test(sentence) ? [] : [`"${sentence}" does not end`]),
    ...(wordsOf(sentence).length > 1 ? [] : [`"${sentence}" is a single word`]),
    ...inside
      .filter((word) => word !== 'I' && !KIND_BY_NAME.has(word))
      .map((word) => `"${word}" is no name`),
  ];
}

/** Where a story does not keep to one main character; nothing, if it does. */
export function characterDefects(text: string): string[] {
  const words = wordsOf(text);
  const names = new Set(words.filter((word) => KIND_BY_NAME.has(word)));
  const [name] = names;
  if (name === undefined || names.size > 1) return [`it has ${names.size} names`];
  const { noun, female } = KIND_BY_NAME.get(name)!;
  const sentences = sentencesOf(text);
  const isThere = (part: readonly string[], word: string): boolean =>
    part.some((each) => wordsOf(each).includes(word));
  const beginning = sentences.slice(0, 2);
  const others = [...NOUNS].filter((other) => {
    return other !== noun && isThere(HELPER_NOUNS.has(other) ? beginning : sentences, other);
  });
  const wrong = new Set(female ? MALE : FEMALE);
  return [
    ...(isThere(beginning, noun) ? [] : [`${name} is not called a ${noun}`]),
    ...others.map((other) => `"${other}" is another character`),
    ...words
      .filter((word) => wrong.has(word.toLowerCase()))
      .map((word) => `${name} is called "${word}"`),
    ...(isThere(beginning, name) ? [] : [`${name} is not there at the beginning`]),
    ...(isThere(sentences.slice(-3), name) ? [] : [`${name} is not there at the end`]),
  ];
}
