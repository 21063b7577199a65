import { KINDS } from '../../../train/corpus/stories/characters.js';

const NAMES = KINDS.map(({ name }) => name);

/** The sentences of a text: what ends with a full stop or the like before a capital, quoted or not. */
export function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?]"?)\s+(?=["A-Z])/);
}

/** Whether it begins, ends and has words as a sentence does. */
export function isSentence(text: string): boolean {
  return /^"?[A-Z][^\n]* [^\n]*[.!?]"?$/.test(text);
}

/** Whether one character, the only one with a name, is there from the beginning to the end. */
export function keepsItsCharacter(story: string): boolean {
  const named = new Set(NAMES.filter((name) => new RegExp(`\\b${name}\\b`).test(story)));
  const [name] = named;
  if (name === undefined || named.size > 1) return false;
  const sentences = sentencesOf(story);
  const isThere = (part: readonly string[]): boolean => part.some((each) => each.includes(name));
  return isThere(sentences.slice(0, 2)) && isThere(sentences.slice(-3));
}
