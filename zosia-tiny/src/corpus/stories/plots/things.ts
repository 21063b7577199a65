import { BEGINNING, ENDING, begin } from '../plot.js';
import type { Plot } from '../plot.js';

/** What is lost, falls down or will not grow, and is set right. */
export const THINGS: readonly Plot[] = [
  {
    // Something is lost, looked for, and found.
    props: {
      thing: [
        'hat',
        'ball',
        'key',
        'red scarf',
        'kite',
        'book',
        'bell',
        'little drum',
        'blue cup',
        'lamp',
      ],
      first: [
        'under the bed',
        'behind the door',
        'in the garden',
        'under a bush',
        'behind a big stone',
      ],
      spot: [
        'in a tall tree',
        'in the long grass',
        'beside the well',
        'on the old bridge',
        'under a bench',
      ],
    },
    beats: [
      BEGINNING,
      ['{name} had a {thing} and loved it very much.', 'What {he} loved most was {his} {thing}.'],
      begin(
        'the {thing} was gone.',
        '{name} could not find {his} {thing}.',
        '{name} lost {his} {thing}.',
      ),
      ['{name} looked {first}, but it was not there.', '{He} looked {first}. It was not there.'],
      ['{name} sat down and cried.', '{name} was very sad.', '"Where can it be?" asked {name}.'],
      [
        'Then a {helper} came by and asked, "What is wrong?"',
        'A {helper} heard {him} and came to help.',
      ],
      ['"I lost my {thing}," said {name}.', '{name} told the {helper} about the {thing}.'],
      ['They looked together, and found it {spot}.', 'Together they found the {thing} {spot}.'],
      [
        '"The wind took it there," said the {helper}.',
        'The wind had carried it there because {name} had left it outside.',
      ],
      [
        '{name} thanked the {helper} and took better care of the {thing}.',
        '{name} danced for joy.',
      ],
      ENDING,
    ],
  },
  {
    // A storm, a house.
    props: {
      house: ['house', 'hut', 'nest', 'little tower', 'boat'],
      material: ['stone', 'wood', 'clay', 'straw and mud'],
    },
    beats: [
      BEGINNING,
      [
        '{name} had built a {house} with {his} own hands.',
        '{name} was proud of {his} little {house}.',
      ],
      [
        'One night a storm came and broke the {house}.',
        'But a strong wind came and the {house} fell down.',
      ],
      ['{name} stood in the rain and did not know what to do.', '{name} was cold, wet and sad.'],
      [
        'A {helper} saw it and said, "Come to me, it is warm."',
        'Then a {helper} invited {him} in.',
      ],
      ['They drank tea and waited for the sun.', 'By the fire {name} got warm again.'],
      ['In the morning the storm was over.', 'When the sun came out, they made a plan.'],
      [
        'They built a new {house} of {material}.',
        'Together they built the {house} again, out of {material}.',
      ],
      ['It was stronger because two had built it.', 'The new {house} was better than the old one.'],
      [
        'When the next storm came, the {house} stood.',
        '"No storm will break this one," said {name}.',
      ],
      ENDING,
    ],
  },
  {
    // A garden that will not grow.
    props: {
      plant: ['rose', 'sunflower', 'apple tree', 'pumpkin', 'bean', 'strawberry plant'],
      need: ['water', 'sun', 'warm earth', 'rain'],
    },
    beats: [
      BEGINNING,
      [
        '{name} had a seed, and wanted it to become a {plant}.',
        'In spring {name} planted a {plant}.',
      ],
      ['Every day {name} looked, but nothing grew.', 'The days went by, and nothing happened.'],
      ['"Why does it not grow?" asked {name}.', '{name} wanted to give up.'],
      begin('a {helper} came to look.', 'a {helper} stopped at the garden.'),
      [
        '"It needs {need}, and time," said the {helper}.',
        '"You forgot to give it {need}," said the {helper}.',
      ],
      ['So {name} gave it {need} every day, and waited.', '{name} made sure that it had {need}.'],
      [
        'After some weeks a small green leaf came out.',
        'At last a little leaf looked out of the ground.',
      ],
      ['In summer the {plant} was taller than {name}.', 'Soon it was the finest {plant} of all.'],
      ['{name} invited the {helper} to see it.', '{name} gave the {helper} a seed of it.'],
      ENDING,
    ],
  },
];
