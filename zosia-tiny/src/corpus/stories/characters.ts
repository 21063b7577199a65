/** Who a story can be about. */
export interface Kind {
  readonly noun: string;
  /** Where such a one is at home, as it follows "lived". */
  readonly homes: readonly string[];
  /**
   * Every such one has the same name, so that what a character is tells its name: a small model learns
   * that long before it learns to look a name up, and would mix up two.
   */
  readonly name: string;
  readonly female: boolean;
}

const FOREST = ['in a green forest', 'under an old oak', 'at the edge of the forest'];
const FARM = ['on a small farm', 'behind a red barn', 'near a quiet village'];
const WATER = ['by a blue lake', 'beside a small river', 'near an old mill pond'];
const TOWN = ['in a small town', 'in a house by the sea', 'in a little white house'];
const MOUNTAINS = ['high in the mountains', 'in a cave on a hill', 'on top of a tall hill'];

interface Named {
  readonly name: string;
  readonly female: boolean;
}

const her = (name: string): Named => ({ name, female: true });
const him = (name: string): Named => ({ name, female: false });

const kinds = (homes: readonly string[], named: Readonly<Record<string, Named>>): readonly Kind[] =>
  Object.entries(named).map(([noun, own]) => ({ noun, homes, ...own }));

export const KINDS: readonly Kind[] = [
  ...kinds(FOREST, {
    fox: him('Felix'),
    bear: him('Bruno'),
    squirrel: her('Hazel'),
    hedgehog: him('Hugo'),
    rabbit: her('Rosa'),
    deer: her('Daisy'),
    badger: him('Otto'),
    wolf: him('Walter'),
    owl: her('Olga'),
    mole: her('Molly'),
    bird: her('Pia'),
    elf: him('Nico'),
    fairy: her('Ivy'),
    monkey: him('Momo'),
  }),
  ...kinds(FARM, {
    cat: her('Mia'),
    dog: him('Max'),
    mouse: him('Tim'),
    horse: her('Stella'),
    goat: her('Greta'),
    pig: her('Penny'),
    hen: her('Hanna'),
    donkey: him('Emil'),
    sheep: her('Wilma'),
    cow: her('Clara'),
    bee: her('Maya'),
    kitten: him('Tom'),
    puppy: her('Lucy'),
    pony: him('Rocky'),
  }),
  ...kinds(WATER, {
    frog: him('Fred'),
    duck: her('Dotty'),
    otter: her('Lotte'),
    turtle: him('Theo'),
    beaver: him('Ben'),
    fish: him('Nils'),
    swan: her('Selma'),
    goose: her('Betty'),
    seal: him('Sam'),
    mermaid: her('Nixie'),
  }),
  ...kinds(TOWN, {
    girl: her('Zosia'),
    boy: him('Leo'),
    robot: him('Alan'),
    baker: her('Martha'),
    sailor: him('Jack'),
    gardener: her('Lily'),
    prince: him('Henry'),
    princess: her('Sophie'),
    king: him('Arthur'),
    queen: her('Vera'),
    tailor: him('Karl'),
    painter: her('Frida'),
    clown: him('Pepe'),
  }),
  ...kinds(MOUNTAINS, {
    dragon: him('Drago'),
    giant: her('Gerda'),
    wizard: him('Merlin'),
    witch: her('Hilda'),
    eagle: him('Erik'),
    lion: her('Leona'),
    knight: him('Roland'),
    dwarf: him('Gustav'),
  }),
];
