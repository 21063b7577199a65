import type { Phrase } from '../phrase.js';

/**
 * A story without its characters: beats one after another, one phrase of each. `{name}`, `{he}`, `{him}`
 * and `{his}` are the main character, who has the only name in the story; `{kind}` is what the character
 * is, `{home}` where it lives, `{helper}` somebody else.
 */
export interface Plot {
  /** Things chosen once, so that the story means the same thing throughout. */
  readonly props: Readonly<Record<string, readonly string[]>>;
  readonly beats: readonly (readonly Phrase[])[];
}

export const BEGINNING: readonly Phrase[] = [
  'Once upon a time there was a {trait} {kind} named {name}. {He} lived {home}.',
  'Once upon a time there was a {trait} {kind} called {name}, who lived {home}.',
  'Once upon a time, a {trait} {kind} named {name} lived {home}.',
  'Long ago a {trait} {kind} lived {home}. {His} name was {name}.',
  'There once was a {trait} {kind} {home}, and {his} name was {name}.',
  'Long ago, {home}, there lived a {trait} {kind} named {name}.',
  'Once upon a time there was a {trait} {kind} named {name}. {name} lived {home}.',
  'This is the story of {name}, a {trait} {kind}. {name} lived {home}.',
];

const MORNING: readonly Phrase[] = [
  'One (sunny |bright |cold |fine |)(morning|day), ',
  'One (sunny |warm |rainy |windy |)(morning|day) ',
  'On a (sunny|windy|cold|warm) (morning|day) ',
];

export const ENDING: readonly Phrase[] = [
  'From that day on, {name} and the {helper} were friends.',
  '{name} and the {helper} stayed friends for ever.',
  'That night {name} fell asleep with a smile.',
  '{name} went home and slept well.',
  'And {name} never forgot that day.',
  '{name} was happy, and so was the {helper}.',
  'Everybody was happy, and {name} most of all.',
];

/** What happens one day. */
export const begin = (...phrases: readonly Phrase[]): readonly Phrase[] =>
  MORNING.flatMap((morning) => phrases.map((phrase) => morning + phrase));
