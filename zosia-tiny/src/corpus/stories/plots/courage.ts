import { BEGINNING, ENDING, begin } from '../plot.js';
import type { Plot } from '../plot.js';

/** What it takes courage, patience or a journey to do. */
export const COURAGE: readonly Plot[] = [
  {
    // Fear of the dark.
    props: {
      fear: ['the dark', 'the storm', 'the deep water', 'the thunder', 'the big black forest'],
      sound: ['a strange noise', 'a soft cry', 'a knock at the door', 'a voice calling for help'],
    },
    beats: [
      BEGINNING,
      ['{name} was afraid of {fear}.', 'There was one thing that {name} feared: {fear}.'],
      ['One night {name} heard {sound}.', 'One evening there was {sound}.'],
      ['{His} heart beat fast.', '{name} hid under {his} blanket.', '{name} wanted to run away.'],
      [
        'But somebody needed help, so {name} went out.',
        '"I must be brave," said {name}, and went out.',
      ],
      [
        'Outside {he} found a small {helper} who was lost.',
        'There sat a {helper} with a hurt foot.',
      ],
      [
        '"Do not be afraid," said {name}. "I will help you."',
        '{name} took the {helper} by the hand.',
      ],
      ['{name} brought the {helper} home.', 'Together they walked all the way home.'],
      ['"You are very brave," said the {helper}.', 'The {helper} thanked {name} again and again.'],
      [
        'Since then {name} has not been afraid of {fear} any more.',
        'And {fear} was not so bad after all.',
      ],
      ENDING,
    ],
  },
  {
    // A wish to learn something.
    props: {
      skill: [
        'to swim',
        'to sing',
        'to dance',
        'to read',
        'to play the flute',
        'to climb',
        'to paint',
      ],
      span: ['a week', 'a month', 'many days', 'ten days'],
    },
    beats: [
      BEGINNING,
      [
        '{name} wanted to learn {skill}.',
        'More than anything {name} wanted {skill}, but {he} could not.',
      ],
      ['The others laughed at {him}.', '"You will never learn it," said the others.'],
      begin('{name} met a {helper} by the road.', 'a {helper} saw {name} try and fail.'),
      ['"I can teach you," said the {helper}.', '"You must try every day," said the {helper}.'],
      [
        'The first time {name} failed.',
        'At first it was very hard.',
        '{name} fell and had to laugh.',
      ],
      [
        'But {he} did not give up, and tried for {span}.',
        'For {span} {name} tried again and again.',
      ],
      ['Then, at last, {name} could do it.', 'In the end {he} was better than all the others.'],
      ['Everybody came to see and clapped.', 'The others asked {name} to teach them too.'],
      [
        '"I learned it because I did not give up," said {name}.',
        '{name} thanked the {helper} with a big hug.',
      ],
      ENDING,
    ],
  },
  {
    // A journey to a place.
    props: {
      goal: [
        'the sea',
        'the highest hill',
        'the end of the rainbow',
        'the golden city',
        'the silver lake',
      ],
      barrier: ['a wide river', 'a high wall', 'a deep valley', 'a dark forest', 'a field of snow'],
    },
    beats: [
      BEGINNING,
      ['{name} dreamed of {goal}.', '{name} had heard of {goal} and wanted to see it.'],
      begin('{name} packed some bread and left.', '{name} put on {his} boots and set out.'),
      [
        '{He} walked and walked until {he} came to {barrier}.',
        'After three days {name} came to {barrier}.',
      ],
      ['{name} did not know how to get across.', '"How shall I get across?" asked {name}.'],
      ['There sat an old friend of travellers, a {helper}.', 'A {helper} was resting there.'],
      [
        '"I know a path," said the {helper}. "Follow me."',
        'The {helper} showed {name} a hidden path.',
      ],
      ['So they crossed {barrier} together.', 'Step by step they went on, and got across.'],
      ['At sunset {name} saw {goal}.', 'And there it was: {goal}, shining in the sun.'],
      [
        'It was more beautiful than {he} had dreamed.',
        '{name} stood still and said nothing for a long time.',
      ],
      ['"Now I can go home," said {name}.', '{name} took a small stone home to remember it.'],
      ENDING,
    ],
  },
];
