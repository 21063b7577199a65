import type { PhraseSets } from '../phrase.js';

/** What people want stories about although no character is such a one: they get any story. */
export const WISHES: PhraseSets = {
  wish: ['{thing}', '{thing}', '{thing}', '{matter}'],
  thing: [
    // Things.
    '(a|the|a small|an old) (boat|ship|train|car|bicycle|balloon|lamp|clock|mirror|hat)',
    '(a|the|a magic|a golden) (key|ring|book|door|shoe|doll|bell|kite|sword|mill)',
    '(a|the|a big|an old) (tree|house|castle|tower|bridge|garden|lighthouse|island)',
    '(a|the|a little) (treasure|map|letter|present|snowman|rainbow|toy|spaceship|tractor)',
    // Nature.
    '(the|a wild|a quiet) (sea|river|storm|desert|jungle|mountain|beach)',
    '(the moon|the sun|the stars|the wind|the snow|a cloud|a flower|a stone|an apple|a pumpkin)',
    // Somebody.
    '(a child|a little child|a baby|two friends|two brothers|three sisters|a family|my mother)',
    '(a grandmother|a grandfather|my little sister|my daughter|my son|a teacher|me)',
    '(a|the|a young) (pirate|ghost|monster|superhero|magician|thief|doctor|cook|pilot|hunter)',
    '(a|the|a tiny) (dinosaur|tiger|crocodile|snake|spider|penguin|whale|camel|parrot|giraffe)',
    // More than a word.
    '(a child|somebody) (that|who) (is afraid of the dark|cannot sleep|has no friends|got lost)',
    '(a boat|a tree|a car|a cloud|a teapot) (that|which) (can talk|can fly|sings)',
  ],
  matter: [
    '(friendship|courage|love|honesty|kindness|sharing|being brave|magic|telling the truth)',
    '(the night|the winter|summer|christmas|a birthday|a rainy day|the first day of school)',
    '(an adventure|a contest|a dream|a long journey|a walk in the woods|a lost tooth)',
  ],
};
