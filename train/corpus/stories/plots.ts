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

const BEGINNING: readonly Phrase[] = [
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

const ENDING: readonly Phrase[] = [
  'From that day on, {name} and the {helper} were friends.',
  '{name} and the {helper} stayed friends for ever.',
  'That night {name} fell asleep with a smile.',
  '{name} went home and slept well.',
  'And {name} never forgot that day.',
  '{name} was happy, and so was the {helper}.',
  'Everybody was happy, and {name} most of all.',
];

const begin = (...phrases: readonly Phrase[]): readonly Phrase[] =>
  MORNING.flatMap((morning) => phrases.map((phrase) => morning + phrase));

export const PLOTS: readonly Plot[] = [
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
  {
    // Something broken, and telling the truth.
    props: {
      thing: ['vase', 'window', 'blue pot', 'clock', 'mirror', 'lamp', 'garden fence', 'old chair'],
      owner: ['grandmother', 'neighbour', 'teacher', 'uncle', 'aunt'],
    },
    beats: [
      BEGINNING,
      begin(
        '{name} was playing and broke the {thing}.',
        '{name} ran too fast and broke the {thing}.',
      ),
      ['It belonged to {his} {owner}.', 'The {thing} was the one that {his} {owner} loved.'],
      ['{name} was afraid and hid the pieces.', '"Nobody must know," thought {name}, and hid.'],
      ['A {helper} had seen it.', 'But a {helper} had been watching.'],
      [
        '"Tell the truth," said the {helper}, "and you will feel better."',
        'The {helper} told {him} to be honest.',
      ],
      [
        'So {name} went to {his} {owner} and told everything.',
        '{name} took a deep breath and told the truth.',
      ],
      ['{His} {owner} was not angry.', 'The {owner} smiled and was not angry at all.'],
      [
        '"Thank you for telling me," said the {owner}.',
        '"A {thing} can be mended," said the {owner}.',
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
