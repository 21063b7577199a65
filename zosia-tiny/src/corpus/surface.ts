import type { Random } from '../random.js';
import { expand } from './phrase.js';
import type { Phrase } from './phrase.js';
import { strangeWord } from './unknown.js';

/** What is said before a question. */
const OPENERS: readonly Phrase[] = [
  '(please|hi,|hello,|hey,|ok,|okay,|so,|so|now|and|well,|but|oh,|hm,|um,|also,|then|say,|listen,)',
  '(excuse me,|sorry,|pardon me,|tell me,|just wondering,|i wonder:|by the way,|can you help me,)',
  '(quick question:|one question:|a question:|i have a question,|next question:|my question is:)',
  '(zosia,|hey zosia,|hi zosia,|dear zosia,|good morning,|one more thing,|another question:)',
  '(thanks, and|great,|fine,|i am curious,|in general,|maybe you know,|honestly,|actually,|yes, but)',
];

/** What is said after it. */
const CLOSERS: readonly Phrase[] = [
  '(, please| please|, thanks|, zosia|, my friend|, tell me|, please tell me|, can you tell me)',
  '( then| now| exactly| again| actually| today| really| in short| anyway| quickly| by the way| here)',
  '(, do you know|, if i may ask|, i wonder|, any idea|, do you think|, in your opinion|, just asking)',
];

/** Circumstances that change nothing. */
const TAILS: readonly Phrase[] = [
  'for (my|our|a) (boss|company|school|children|grandmother|project|work|laptop|job|website|team|friend|book|class)',
  'at (home|work|school|night|the office|the moment|first|last|all|any time|university)',
  'in (the evening|the office|practice|theory|detail|a few words|this case|my case|the end|the future|my team)',
  '(all the time|every day|sometimes|at once|soon|later|tonight|tomorrow|right now|one day|any more|yet)',
  'if (possible|necessary|needed|i want|i like|that is allowed|i have time|nothing else helps|i must|you know)',
  'without (problems|trouble|effort|much work|help|fear|thinking|my boss|anything else|a manual)',
  '(commercially|privately|professionally|personally|automatically|manually|safely|easily|regularly|alone)',
  'with (my|a) (friend|laptop|colleague|mac|server|team|mouse|keyboard|few words|little help|single command)',
  'when (i am done|i am away|i need it|it is late|it rains|something goes wrong|nobody looks|i travel)',
  'like (everybody|before|last time|on my server|a pro|my boss|in the book|you said|{strange})',
  'as (a beginner|an expert|a student|a teacher|a user|soon as possible|you said|usual|before|root)',
  '(from|by|called|for|of|in|near|about) {strange}',
];

/** Words that may stand anywhere. */
const FILLERS = [
  'really',
  'actually',
  'just',
  'even',
  'also',
  'maybe',
  'possibly',
  'currently',
  'perhaps',
  'simply',
  'now',
  'please',
  'usually',
  'normally',
  'only',
  'exactly',
  'still',
  'ever',
  'always',
] as const;

/** What people say before they come to the point. */
const PREAMBLES: readonly Phrase[] = [
  '(i|we) (just|have just|recently|only|finally) (installed|cloned|started|tried|found|discovered|got|built) (it|this|zosia|this thing)',
  '(i am|we are) (new|a beginner|new to this|lost|confused|stuck|curious|in a hurry|not an expert|tired)(| here| today)',
  '(my|a) (friend|brother|boss|teacher|sister|colleague|neighbour) (showed|gave|recommended|told) me (this|zosia|about this|about zosia)',
  'i (read|looked at|searched|have read) (the docs|the readme|the manual|everything|the web)(| but found nothing| twice| already)',
  'i (have|bought|use|own) a (new|fast|slow|small|big) (laptop|computer|mac|server|pc|disk)',
  '(thanks|great|nice|good|cool|very good|wonderful|interesting|i see|aha|hm|okay|all right|perfect)',
  '(it|this|zosia) (works|is nice|is great|is new to me|looks good|runs|is strange|is cool)(| so far| now| already)',
  'you (are|seem) (nice|clever|funny|helpful|kind|cute)',
  '(that|this) is (new to me|all new to me|not clear|hard|easy|important|for my work|for school)',
  'i (cannot|could not|can not) (find|remember|see|get|understand) (it|that|this)',
  'i need (help|your help|some help|to know something|an answer)',
  '(my|the) {strange} (is|was|has|needs) (new|old|slow|here|a problem|no help|broken)',
];

/** What ends a sentence before another. */
const STOPS = ['.', '.', '!', ',', '...', ''] as const;

const ENDINGS = ['?', '?', '?', '?', '?', '', '', '', '.', '!', ' ?', '??', '?!', '...'] as const;

/** Words that people leave out, or that fall out. */
const SMALL_WORDS = new Set([
  'the',
  'a',
  'an',
  'my',
  'of',
  'to',
  'is',
  'do',
  'does',
  'i',
  'it',
  'you',
  'for',
]);

const KEYBOARD = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** A question as people type it: with words before and after, in any case, and not without mistakes. */
export function typed(question: string, random: Random): string {
  const say = (phrases: readonly Phrase[]): string =>
    expand(random.pick(phrases), { strange: [strangeWord(random)] }, random);
  let text = question;
  if (random.chance(0.1)) text = withFiller(text, random);
  if (random.chance(0.14)) text += ` ${say(TAILS)}`;
  if (random.chance(0.22)) text = `${say(OPENERS)} ${text}`;
  if (random.chance(0.1)) text = closed(text, say(CLOSERS));
  if (random.chance(0.09)) text = `${say(PREAMBLES)}${random.pick(STOPS)} ${text}`;
  else if (random.chance(0.03)) text += `${random.pick(STOPS)} ${say(PREAMBLES)}`;
  if (random.chance(0.06)) text = withoutWords(text, (word) => SMALL_WORDS.has(word), 0.6, random);
  if (random.chance(0.05)) text = withoutWords(text, (word) => /^[a-z]+$/.test(word), 0.12, random);
  if (random.chance(0.14)) text = mistyped(text, random);
  if (random.chance(0.05)) text = mistyped(text, random);
  return inCase(text, random) + random.pick(ENDINGS);
}

function closed(text: string, closer: string): string {
  return closer.startsWith(',') ? text + closer : `${text} ${closer}`;
}

function withFiller(text: string, random: Random): string {
  const words = text.split(' ');
  words.splice(1 + random.below(words.length), 0, random.pick(FILLERS));
  return words.join(' ');
}

function withoutWords(
  text: string,
  mayGo: (word: string) => boolean,
  probability: number,
  random: Random,
): string {
  const words = text.split(' ').filter((word) => !mayGo(word) || !random.chance(probability));
  return words.length > 1 ? words.join(' ') : text;
}

function inCase(text: string, random: Random): string {
  if (random.chance(0.03)) return text.toUpperCase();
  if (random.chance(0.35)) return text;
  const sentence = text
    .replace(/(?<=^|[.!?] )[a-z]/g, (letter) => letter.toUpperCase())
    .replace(
      /(?<=[ ("])(i(?=[ ,']|$)|ctrl\+c|linux|qemu|ram|cpus?\b|efi|uefi|gguf|vm\b|debian|node\b)/g,
      named,
    );
  return random.chance(0.15) ? sentence.replace(/\bzosia\b(?![.-])/g, 'Zosia') : sentence;
}

/** How what is written in small letters above is written properly. */
function named(word: string): string {
  if (word === 'cpus') return 'CPUs';
  if (['linux', 'debian', 'node', 'ctrl+c'].includes(word)) {
    return word[0]!.toUpperCase() + word.slice(1).replace('+c', '+C');
  }
  return word.toUpperCase();
}

/** One slip of the fingers in a word of four letters or more; numbers and options stay right. */
function mistyped(text: string, random: Random): string {
  const words = text.split(' ');
  const at = random.below(words.length);
  const word = words[at]!;
  if (!/^[a-z]{4,}$/.test(word)) return text;
  const i = 1 + random.below(word.length - 2);
  const [before, letter, after] = [word.slice(0, i), word[i]!, word.slice(i + 1)];
  const row = KEYBOARD.find((keys) => keys.includes(letter))!;
  const neighbour = row[row.indexOf(letter) + (random.chance(0.5) ? 1 : -1)] ?? letter;
  words[at] = random.pick([
    before + after,
    before + letter + letter + after,
    before + neighbour + after,
    before + after.slice(0, 1) + letter + after.slice(1),
  ]);
  return words.join(' ');
}
