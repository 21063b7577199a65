import type { Random } from '../random.js';
import type { Exchange } from './exchange.js';
import { expand } from './phrase.js';
import type { Phrase } from './phrase.js';
import { proofread } from './proofread.js';
import { story } from './stories/story.js';
import { WISHES } from './stories/wishes.js';

const STORY =
  "(story|tale|fairy tale|short story|little story|bedtime story|nice story|new story|children's story|good night story|storry)";

/** Requests for any story. */
const REQUESTS: readonly Phrase[] = [
  `(tell|read|give|write) me (a|another|one more|some) ${STORY}`,
  `(tell|write|invent|make up|narrate|begin|start) (a|another|one more) ${STORY}`,
  `(can|could|would|will) you (tell|tell me|write|write me|invent|make up|read|read me|tell us|make up for me) (a|another) ${STORY}`,
  `(i want|i would like|i'd like|i need|i love|we want|give me|let me hear|how about|what about|now|let us have|i want to hear|i would like to hear) (a|another) ${STORY}`,
  `(a|another|one more) ${STORY}`,
  STORY,
  'once upon a time',
  'do you know (a|any|some|a nice|a good) (story|stories|tale|fairy tale)',
  `(entertain|amuse) (me|us)(| with a ${STORY})`,
  'i am bored(|, tell me something|, tell me a story|, entertain me)',
  '(tell me|say|write|tell us) something (nice|funny|interesting|beautiful|long|new|entertaining|for children)',
  `(my child|my son|my daughter|the baby|my little sister|our child) (wants|needs|would like|asks for) (a|another) ${STORY}`,
  `i (cannot|can't) sleep(|, tell me a ${STORY})`,
  '(storytime|story time|tell stories|more stories|surprise me|go on, another one|another one|one more)',
];

/** Requests for a story of a kind of character. */
const REQUESTS_ABOUT: readonly Phrase[] = [
  `(tell|read|give|write) (me|us|me please|my child|my son|the children) (a|another|one more) ${STORY} (about|of|with|on) (a|the|a little|a brave|an old) {kind}`,
  `(tell|write|invent|make up) (a|another) ${STORY} (about|of|with|for me about) (a|the|a little|a small|a clever) {kind}`,
  `(can|could|will) you (tell|tell me|write|write me|invent|make up|tell us|tell my son) (a|another) ${STORY} (about|with|of) (a|the|a little) {kind}`,
  `(i want|i would like|i'd like|i need|give me|let me hear|how about|now|i want to hear) (a|another) ${STORY} (about|with|of) (a|the|a young) {kind}`,
  `(a|another) ${STORY} (about|with|of) (a|the|some) {kind}`,
  `${STORY} (about|with) (a |the |){kind}`,
  'do you know (a|any) (story|stories|tale|fairy tale) (about|of|with) (a|the) {kind}',
  'once there was a {kind}',
  '(the|a) {kind} story',
  `make the (main character|hero) (of a story |of the ${STORY} |)(a|an old|a little) {kind}`,
  '(tell|read) me (about|of) the adventures of a {kind}',
  `(tell me|write|make up|read me|i want|give me) (a|another) ${STORY} (about|of) (a|the) {kind} (that|who) (is afraid of the dark|wants to fly|got lost|cannot sleep|goes to sea|has no friends)`,
];

/** Requests for a story of something that no character is. */
const REQUESTS_OF_WISHES: readonly Phrase[] = [
  `(tell|read|give|write|invent|make up for) (me|us|my child|my son|my daughter|the children) (a|another|one more) ${STORY} (about|of|on) {wish}`,
  `(tell|write|invent|make up|narrate|create|compose) (a|another) ${STORY} (about|of) {wish}`,
  `(can|could|would|will) you (please |)(tell|tell me|write|write me|invent|make up|tell us|read me|think up) (a|another) ${STORY} (about {wish}|of {wish}|with {thing})`,
  `(i want|i would like|i'd like|we want|my child wants|my son would like) to (hear|read|listen to) (a|another) ${STORY} (about|of) {wish}`,
  `(i want|i would like|i'd like|i need|give me|let me hear|let us hear|how about|what about|now|please) (a|another) ${STORY} (about {wish}|of {wish}|with {thing})`,
  `(a|another|) ${STORY} (about {wish}|of {wish}|with {thing})`,
  `(do you know|is there|do you have) (a|any) ${STORY} (about|of) {wish}`,
  `make up (something|a ${STORY}|something for the night|something for my child) about {wish}`,
  'once upon a time there was {thing}',
  '(tell|read) me (about|of) the adventures of {thing}',
  `(my child|my son|my daughter|the baby|my little sister) (wants|would like|asks for|needs) (a|another) ${STORY} (about|of) {wish}`,
  `${STORY}(,|:) {wish}`,
];

/** How many requests are for something that no character is, and for a kind of character. */
const SHARES = { wish: 0.25, kind: 0.45 } as const;

/**
 * Somebody asks for a story and gets one: about whom they asked for, if there is a kind of that name;
 * else about anybody.
 */
export function storyExchange(random: Random): Exchange {
  const { text, kind } = story(random);
  const share = random.unit();
  const requests =
    share < SHARES.wish
      ? REQUESTS_OF_WISHES
      : share < SHARES.wish + SHARES.kind
        ? REQUESTS_ABOUT
        : REQUESTS;
  const sets = { ...WISHES, kind: [kind.noun] };
  const question = proofread(expand(random.pick(requests), sets, random));
  return { topic: 'story', question, answer: text };
}
