/** Who a story can be about. */
export interface Kind {
  readonly noun: string;
  /** Where such a one is at home, as it follows "lived". */
  readonly homes: readonly string[];
  /**
   * Such a one has one of these names: so what a character is tells its name, or nearly, which a small
   * model learns long before it learns to look names up.
   */
  readonly names: readonly CharacterName[];
}

export interface CharacterName {
  readonly name: string;
  readonly female: boolean;
}

const FOREST = ['in a green forest', 'under an old oak', 'at the edge of the forest'];
const FARM = ['on a small farm', 'behind a red barn', 'near a quiet village'];
const WATER = ['by a blue lake', 'beside a small river', 'near an old mill pond'];
const TOWN = ['in a small town', 'in a house by the sea', 'in a little white house'];
const MOUNTAINS = ['high in the mountains', 'in a cave on a hill', 'on top of a tall hill'];

const her = (name: string): CharacterName => ({ name, female: true });
const him = (name: string): CharacterName => ({ name, female: false });

const kinds = (
  homes: readonly string[],
  names: Readonly<Record<string, readonly CharacterName[]>>,
): readonly Kind[] => Object.entries(names).map(([noun, own]) => ({ noun, homes, names: own }));

export const KINDS: readonly Kind[] = [
  ...kinds(FOREST, {
    fox: [her('Ruby'), him('Felix')],
    bear: [her('Bella'), him('Bruno')],
    squirrel: [her('Hazel'), him('Nico')],
    hedgehog: [her('Ida'), him('Hugo')],
    rabbit: [her('Rosa'), him('Robin')],
    deer: [her('Daisy'), him('Finn')],
    badger: [her('Berta'), him('Otto')],
    wolf: [her('Vera'), him('Walter')],
    owl: [her('Olga'), him('Oskar')],
    mole: [her('Molly'), him('Moritz')],
    bird: [her('Pia'), him('Jay')],
  }),
  ...kinds(FARM, {
    cat: [her('Mia'), him('Tom')],
    dog: [her('Lucy'), him('Max')],
    mouse: [her('Tina'), him('Tim')],
    horse: [her('Stella'), him('Hannes')],
    goat: [her('Greta'), him('Gustav')],
    pig: [her('Penny'), him('Paul')],
    hen: [her('Hanna')],
    donkey: [her('Dora'), him('Emil')],
    sheep: [her('Wilma'), him('Sam')],
    cow: [her('Clara')],
    bee: [her('Maya'), him('Willi')],
  }),
  ...kinds(WATER, {
    frog: [her('Frida'), him('Fred')],
    duck: [her('Dotty'), him('Donald')],
    otter: [her('Lotte'), him('Ole')],
    turtle: [her('Tilda'), him('Theo')],
    beaver: [her('Betty'), him('Ben')],
    fish: [her('Nixie'), him('Nils')],
    swan: [her('Selma'), him('Sven')],
  }),
  ...kinds(TOWN, {
    girl: [her('Zosia'), her('Anna')],
    boy: [him('Jan'), him('Leo')],
    robot: [her('Ada'), him('Alan')],
    baker: [her('Martha'), him('Karl')],
    sailor: [her('Marina'), him('Jack')],
    gardener: [her('Lily'), him('Peter')],
    prince: [him('Henry')],
    princess: [her('Sophie')],
    king: [him('Arthur')],
  }),
  ...kinds(MOUNTAINS, {
    dragon: [her('Flora'), him('Drago')],
    giant: [her('Gerda'), him('Goliath')],
    wizard: [him('Merlin')],
    eagle: [her('Elsa'), him('Erik')],
    lion: [her('Leona'), him('Lionel')],
    knight: [her('Joan'), him('Roland')],
  }),
];
