import type { Random } from '../random.js';
import { expand } from './phrase.js';
import type { Phrase } from './phrase.js';

const OPENERS = [
  ...['please', 'hi,', 'hello,', 'hey,', 'ok,', 'okay,', 'so,', 'so', 'now', 'and', 'well,', 'but'],
  ...[
    'excuse me,',
    'sorry,',
    'quick question:',
    'one question:',
    'a question:',
    'tell me,',
    'say,',
  ],
  ...[
    'just wondering,',
    'i wonder:',
    'zosia,',
    'hey zosia,',
    'hi zosia,',
    'dear zosia,',
    'good morning,',
  ],
  ...[
    'i have a question,',
    'one more thing,',
    'oh,',
    'hm,',
    'um,',
    'also,',
    'then',
    'by the way,',
    'listen,',
  ],
  ...[
    'can you help me,',
    'pardon me,',
    'thanks, and',
    'great,',
    'fine,',
    'next question:',
    'my question is:',
  ],
  ...[
    'i am curious,',
    'another question:',
    'in general,',
    'maybe you know,',
    'honestly,',
    'actually,',
    'yes, but',
  ],
] as const;

const CLOSERS = [
  ...[
    ', please',
    ' please',
    ' then',
    ' now',
    ', thanks',
    ' exactly',
    ' again',
    ', zosia',
    ', do you know',
  ],
  ...[
    ' actually',
    ' today',
    ' really',
    ', my friend',
    ', tell me',
    ' in short',
    ', if i may ask',
    ' anyway',
  ],
  ...[
    ', can you tell me',
    ', please tell me',
    ', i wonder',
    ', any idea',
    ', quickly',
    ' by the way',
    ' here',
  ],
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
];

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

const NEIGHBOURS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** A question as people type it: with words before and after, in any case, and not without mistakes. */
export function typed(question: string, random: Random): string {
  let text = question;
  if (random.chance(0.22)) text = `${random.pick(OPENERS)} ${text}`;
  if (random.chance(0.12)) text += random.pick(CLOSERS);
  if (random.chance(0.1))
    text = `${expand(random.pick(PREAMBLES), {}, random)}${random.pick(STOPS)} ${text}`;
  else if (random.chance(0.03))
    text += `${random.pick(STOPS)} ${expand(random.pick(PREAMBLES), {}, random)}`;
  if (random.chance(0.06)) text = withoutSmallWords(text, random);
  if (random.chance(0.14)) text = mistyped(text, random);
  if (random.chance(0.05)) text = mistyped(text, random);
  return inCase(text, random) + random.pick(ENDINGS);
}

/** What ends a sentence before another. */
const STOPS = ['.', '.', '!', ',', '...', ''] as const;

const ENDINGS = ['?', '?', '?', '?', '?', '', '', '', '.', '!', ' ?', '??', '?!', '...'] as const;

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

function withoutSmallWords(text: string, random: Random): string {
  const words = text.split(' ').filter((word) => !SMALL_WORDS.has(word) || random.chance(0.4));
  return words.length > 1 ? words.join(' ') : text;
}

/** One slip of the fingers in a word of four letters or more; numbers and options stay right. */
function mistyped(text: string, random: Random): string {
  const words = text.split(' ');
  const at = random.below(words.length);
  const word = words[at]!;
  if (!/^[a-z]{4,}$/.test(word)) return text;
  const i = 1 + random.below(word.length - 2);
  const [before, letter, after] = [word.slice(0, i), word[i]!, word.slice(i + 1)];
  const row = NEIGHBOURS.find((keys) => keys.includes(letter))!;
  const neighbour = row[row.indexOf(letter) + (random.chance(0.5) ? 1 : -1)] ?? letter;
  words[at] = random.pick([
    before + after,
    before + letter + letter + after,
    before + neighbour + after,
    before + after.slice(0, 1) + letter + after.slice(1),
  ]);
  return words.join(' ');
}
