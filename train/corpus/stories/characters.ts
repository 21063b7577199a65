/** Who a story can be about. */
export interface Kind {
  readonly noun: string;
  /** Where such a one is at home, as it follows "lived". */
  readonly homes: readonly string[];
}

const FOREST = ['in a green forest', 'under an old oak', 'at the edge of the forest'];
const FARM = ['on a small farm', 'behind a red barn', 'near a quiet village'];
const WATER = ['by a blue lake', 'beside a small river', 'near an old mill pond'];
const TOWN = ['in a small town', 'in a house by the sea', 'in a little white house'];
const MOUNTAINS = ['high in the mountains', 'in a cave on a hill', 'on top of a tall hill'];

export const KINDS: readonly Kind[] = [
  ...[
    'fox',
    'bear',
    'squirrel',
    'hedgehog',
    'rabbit',
    'deer',
    'badger',
    'wolf',
    'owl',
    'mole',
    'bird',
  ].map((noun) => ({ noun, homes: FOREST })),
  ...['cat', 'dog', 'mouse', 'horse', 'goat', 'pig', 'hen', 'donkey', 'sheep', 'cow', 'bee'].map(
    (noun) => ({
      noun,
      homes: FARM,
    }),
  ),
  ...['frog', 'duck', 'otter', 'turtle', 'beaver', 'fish', 'swan'].map((noun) => ({
    noun,
    homes: WATER,
  })),
  ...['girl', 'boy', 'robot', 'baker', 'sailor', 'gardener', 'prince', 'princess', 'king'].map(
    (noun) => ({
      noun,
      homes: TOWN,
    }),
  ),
  ...['dragon', 'giant', 'wizard', 'eagle', 'lion', 'knight'].map((noun) => ({
    noun,
    homes: MOUNTAINS,
  })),
];

const FEMALE = [
  ...[
    'Anna',
    'Mia',
    'Lily',
    'Zosia',
    'Emma',
    'Nora',
    'Ella',
    'Lucy',
    'Rosa',
    'Ida',
    'Clara',
    'Maya',
  ],
  ...['Hanna', 'Julia', 'Tina', 'Vera', 'Sophie', 'Molly', 'Daisy', 'Ruby'],
] as const;
const MALE = [
  ...['Tom', 'Ben', 'Leo', 'Max', 'Oskar', 'Finn', 'Jan', 'Paul', 'Felix', 'Hugo', 'Sam', 'Otto'],
  ...['Emil', 'Karl', 'Nico', 'Tim', 'Jack', 'Peter', 'Bruno', 'Theo'],
] as const;

/** Kinds that are she or he whatever their name. */
const FEMALE_KINDS = new Set(['girl', 'hen', 'cow', 'princess']);
const MALE_KINDS = new Set(['boy', 'prince', 'king', 'wizard']);

export function namesFor(
  kind: Kind,
): readonly { readonly name: string; readonly female: boolean }[] {
  const female = MALE_KINDS.has(kind.noun) ? [] : FEMALE.map((name) => ({ name, female: true }));
  const male = FEMALE_KINDS.has(kind.noun) ? [] : MALE.map((name) => ({ name, female: false }));
  return [...female, ...male];
}
