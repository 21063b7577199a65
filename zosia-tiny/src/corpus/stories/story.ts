import type { Random } from '../../random.js';
import { expand } from '../phrase.js';
import type { PhraseSets } from '../phrase.js';
import { proofread } from '../proofread.js';
import { KINDS } from './characters.js';
import type { Kind } from './characters.js';
import { COURAGE } from './plots/courage.js';
import { KINDNESS } from './plots/kindness.js';
import { THINGS } from './plots/things.js';

const TRAITS = [
  'little',
  'small',
  'brave',
  'kind',
  'clever',
  'young',
  'old',
  'lazy',
  'curious',
  'shy',
  'happy',
  'cheerful',
  'quiet',
  'proud',
  'gentle',
  'funny',
] as const;

/** Who else can be in a story. */
export const HELPERS = [
  'owl',
  'crow',
  'snail',
  'stork',
  'hare',
  'toad',
  'beetle',
  'butterfly',
  'sparrow',
  'magpie',
  'wise woman',
  'shepherd',
  'fisherman',
  'miller',
  'farmer',
  'traveller',
  'ladybird',
  'heron',
] as const;

const PLOTS = [...KINDNESS, ...COURAGE, ...THINGS];

export interface Story {
  readonly text: string;
  readonly kind: Kind;
}

/** A story of one main character, of the kind given or of any. */
export function story(random: Random, kind: Kind = random.pick(KINDS)): Story {
  const { name, female } = kind;
  const plot = random.pick(PLOTS);
  const helper = random.pick(HELPERS.filter((noun) => noun !== kind.noun));
  const once = (words: Readonly<Record<string, string>>): PhraseSets =>
    Object.fromEntries(Object.entries(words).map(([key, word]) => [key, [word]]));
  const sets: PhraseSets = {
    ...once({
      name,
      helper,
      kind: kind.noun,
      home: random.pick(kind.homes),
      trait: random.pick(TRAITS),
    }),
    ...once(female ? { he: 'she', him: 'her', his: 'her' } : { he: 'he', him: 'him', his: 'his' }),
    ...once(female ? { He: 'She', His: 'Her' } : { He: 'He', His: 'His' }),
    ...once(
      Object.fromEntries(Object.entries(plot.props).map(([key, list]) => [key, random.pick(list)])),
    ),
  };
  const sentences = plot.beats.map((beat) => expand(random.pick(beat), sets, random));
  return { text: proofread(sentences.join(' ')), kind };
}
