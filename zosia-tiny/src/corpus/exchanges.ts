import type { Random } from '../random.js';
import type { Exchange } from './exchange.js';
import { ACTION_FRAMES, CLAIM_FRAMES, THING_FRAMES, WORDS } from './frames.js';
import { expand } from './phrase.js';
import type { Phrase } from './phrase.js';
import { storyExchange } from './story-requests.js';
import { hardSumExchange, sumExchange } from './sums.js';
import { typed } from './surface.js';
import type { Topic } from './topic.js';
import { ABOUT } from './topics/about.js';
import { ANSWERING } from './topics/answering.js';
import { BUILDING } from './topics/building.js';
import { COMPANIONS } from './topics/companions.js';
import { EFI } from './topics/efi.js';
import { ENDING } from './topics/ending.js';
import { FLAGS } from './topics/flags.js';
import { GUEST } from './topics/guest.js';
import { IMAGES } from './topics/images.js';
import { LIMITS } from './topics/limits.js';
import { MEASURING } from './topics/measuring.js';
import { MODEL_DISK } from './topics/model-disk.js';
import { MODEL_FILES } from './topics/model-files.js';
import { MODELS } from './topics/models.js';
import { PACKAGES } from './topics/packages.js';
import { PICTURES } from './topics/pictures.js';
import { RESOURCES } from './topics/resources.js';
import { SETTING_UP } from './topics/setting-up.js';
import { SMALL_TALK } from './topics/small-talk.js';
import { SPEAKER } from './topics/speaker.js';
import { TROUBLE } from './topics/trouble.js';
import { unknownExchange } from './unknown.js';

export const TOPICS: readonly Topic[] = [
  ...ABOUT,
  ...SETTING_UP,
  ...PACKAGES,
  ...BUILDING,
  ...MODELS,
  ...MODEL_FILES,
  ...MODEL_DISK,
  ...COMPANIONS,
  ...GUEST,
  ...RESOURCES,
  ...LIMITS,
  ...MEASURING,
  ...ENDING,
  ...ANSWERING,
  ...FLAGS,
  ...TROUBLE,
  ...EFI,
  ...PICTURES,
  ...IMAGES,
  ...SPEAKER,
  ...SMALL_TALK,
];

/** What part of all questions each kind is; topics have the rest, by their weights. */
const SHARES = { sum: 0.17, hardSum: 0.08, unknown: 0.13, story: 0.05 } as const;

const BY_WEIGHT: readonly Topic[] = TOPICS.flatMap((topic) =>
  Array.from({ length: Math.round(10 * (topic.weight ?? 1)) }, () => topic),
);

/** A question as somebody types it, with its answer. */
export function exchange(random: Random): Exchange {
  const plain = plainExchange(random);
  return { ...plain, question: typed(plain.question, random) };
}

function plainExchange(random: Random): Exchange {
  let share = random.unit();
  for (const [part, make] of [
    [SHARES.sum, sumExchange],
    [SHARES.hardSum, hardSumExchange],
    [SHARES.unknown, unknownExchange],
    [SHARES.story, storyExchange],
  ] as const) {
    if (share < part) return make(random);
    share -= part;
  }
  return topicExchange(random.pick(BY_WEIGHT), random);
}

/** How often two questions on a topic become one. */
const CROSSED = 0.15;

/** A question on a topic, or the beginning of one and the end of another: the words tell the topic. */
export function topicExchange(topic: Topic, random: Random): Exchange {
  const question = random.chance(CROSSED)
    ? crossed(topicQuestion(topic, random), topicQuestion(topic, random), random)
    : topicQuestion(topic, random);
  return { topic: topic.name, question, answer: topic.answer };
}

function crossed(one: string, other: string, random: Random): string {
  const [start, end] = [one.split(' '), other.split(' ')];
  const kept = start.slice(0, Math.ceil(start.length * (0.3 + 0.7 * random.unit())));
  return [...kept, ...end.slice(Math.floor(end.length * 0.7 * random.unit()))].join(' ');
}

/** Each way of asking is taken as often as it has phrases, but frames count for more. */
function topicQuestion(topic: Topic, random: Random): string {
  const ways: [frames: readonly Phrase[] | undefined, key: string, phrases: readonly Phrase[]][] = [
    [undefined, '', topic.questions ?? []],
    [ACTION_FRAMES, 'action', topic.actions ?? []],
    [THING_FRAMES, 'thing', topic.things ?? []],
    [CLAIM_FRAMES, 'claim', topic.claims ?? []],
  ];
  const possible = ways.flatMap((way) =>
    way[2].flatMap((phrase) => Array.from({ length: way[0] ? 2 : 1 }, () => ({ way, phrase }))),
  );
  const { way, phrase } = random.pick(possible);
  const [frames, key] = way;
  return frames
    ? expand(random.pick(frames), { ...WORDS, [key]: [phrase] }, random)
    : expand(phrase, WORDS, random);
}
