import { BEGINNING, ENDING, begin } from '../plot.js';
import type { Plot } from '../plot.js';

/** What it is to be kind, honest or a friend. */
export const KINDNESS: readonly Plot[] = [
  {
    // Hunger and sharing.
    props: {
      food: ['apples', 'nuts', 'berries', 'cakes', 'pears', 'plums', 'carrots', 'sweet buns'],
      vessel: ['basket', 'bag', 'big box', 'sack', 'bowl'],
    },
    beats: [
      BEGINNING,
      begin('{name} found a {vessel} full of {food}.', '{name} picked a whole {vessel} of {food}.'),
      ['"All of them are mine," said {name}.', '{name} wanted to eat them all alone.'],
      ['On the way home {he} met a {helper}.', 'Then a {helper} came along the road.'],
      [
        'The {helper} was hungry because the winter had been long.',
        'The {helper} had eaten nothing all day and was very hungry.',
      ],
      [
        '"May I have some {food}?" asked the {helper}.',
        '"Please give me some," said the {helper}.',
      ],
      ['{name} thought for a while.', 'First {name} said no, but then {he} felt sorry.'],
      [
        '{He} opened the {vessel} and shared the {food}.',
        'So {name} gave the {helper} half of the {food}.',
      ],
      ['They ate together and laughed.', 'The {food} tasted much better together.'],
      [
        'The next day the {helper} came back with honey for {name}.',
        'Later the {helper} brought {name} a warm soup.',
      ],
      ENDING,
    ],
  },
  {
    // Something broken, and telling the truth.
    props: {
      thing: ['vase', 'window', 'blue pot', 'clock', 'mirror', 'lamp', 'garden fence', 'old chair'],
    },
    beats: [
      BEGINNING,
      begin(
        '{name} was playing and broke the {thing}.',
        '{name} ran too fast and broke the {thing}.',
      ),
      [
        'It belonged to {his} grandmother.',
        'The {thing} was the one that {his} grandmother loved.',
      ],
      ['{name} was afraid and hid the pieces.', '"Nobody must know," thought {name}, and hid.'],
      ['A {helper} had seen it.', 'But a {helper} had been watching.'],
      [
        '"Tell the truth," said the {helper}, "and you will feel better."',
        'The {helper} told {him} to be honest.',
      ],
      [
        'So {name} went to {his} grandmother and told everything.',
        '{name} took a deep breath and told the truth.',
      ],
      ['{His} grandmother was not angry.', 'The grandmother smiled and was not angry at all.'],
      [
        '"Thank you for telling me," said the grandmother.',
        '"A {thing} can be mended," said the grandmother.',
      ],
      [
        'Together they mended the {thing}.',
        'With some glue they mended it, and it looked like new.',
      ],
      ['{name} felt as light as a feather.', '{name} never hid anything again.'],
      ENDING,
    ],
  },
  {
    // Loneliness, a friend.
    props: {
      game: ['hide and seek', 'ball', 'chess', 'cards', 'tag'],
      sign: ['a letter', 'a song', 'a paper boat', 'a kite with a note on it'],
    },
    beats: [
      BEGINNING,
      [
        '{name} had no friends and was often alone.',
        '{name} was lonely because nobody lived near.',
      ],
      begin('{name} sent out {sign}.', '{name} made {sign} and sent it into the world.'),
      ['"Perhaps somebody will find it," said {name}.', 'Then {name} waited for a long time.'],
      ['Far away a {helper} found it.', 'The wind carried it to a {helper}.'],
      [
        'The {helper} was lonely too.',
        '"Somebody wants a friend," said the {helper}, and set out.',
      ],
      ['Three days later there was a knock at the door.', 'One evening somebody knocked.'],
      [
        '"I came because of {sign}," said the {helper}.',
        '{name} opened, and there stood the {helper}.',
      ],
      ['They played {game} until it was dark.', 'They talked all night and played {game}.'],
      ['{name} was not alone any more.', 'Since then {name} has never been lonely.'],
      ENDING,
    ],
  },
  {
    // A contest.
    props: {
      contest: ['race', 'swimming race', 'cooking contest', 'singing contest', 'boat race'],
      prize: ['golden cup', 'big cake', 'silver medal', 'new bicycle'],
    },
    beats: [
      BEGINNING,
      ['Every year there was a {contest}.', 'In summer there was a great {contest} with a prize.'],
      [
        '{name} wanted to win the {prize}.',
        'The winner would get a {prize}, and {name} wanted it.',
      ],
      begin('the {contest} began.', 'everybody came to the {contest}.'),
      ['{name} was ahead of all the others.', 'Soon {name} was the very first.'],
      [
        'Then {he} saw a {helper} who had fallen.',
        'But beside the path lay a {helper} who could not get up.',
      ],
      ['{name} stopped, although {he} wanted to win.', 'What was more important? {name} stopped.'],
      [
        '{He} helped the {helper} up, and they went on together.',
        '{name} carried the {helper} to the end.',
      ],
      ['They came last.', 'All the others were there before them.'],
      [
        'But the judge gave {name} the {prize} because of {his} good heart.',
        'And yet everybody clapped for {name}, and {he} got the {prize}.',
      ],
      ENDING,
    ],
  },
];
