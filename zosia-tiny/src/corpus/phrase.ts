import type { Random } from '../random.js';

/**
 * A phrase with choices: `(a|b|)` is one of its alternatives, `{name}` one phrase of a named set.
 * Both nest. Blanks that an empty alternative leaves behind are closed up.
 */
export type Phrase = string;

export type PhraseSets = Readonly<Record<string, readonly Phrase[]>>;

type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'choice'; readonly alternatives: readonly Node[][] }
  | { readonly kind: 'set'; readonly name: string };

const parsed = new Map<Phrase, readonly Node[]>();

/** @throws SyntaxError for a phrase whose brackets do not match; RangeError for an unknown set */
export function expand(phrase: Phrase, sets: PhraseSets, random: Random): string {
  let nodes = parsed.get(phrase);
  if (!nodes) parsed.set(phrase, (nodes = parse(phrase)));
  return say(nodes, sets, random)
    .replace(/\s+/g, ' ')
    .replace(/ (?=[,.!?])/g, '')
    .trim();
}

function say(nodes: readonly Node[], sets: PhraseSets, random: Random): string {
  return nodes
    .map((node) => {
      switch (node.kind) {
        case 'text':
          return node.text;
        case 'choice':
          return say(random.pick(node.alternatives), sets, random);
        case 'set': {
          const phrases = sets[node.name];
          if (!phrases) throw new RangeError(`there is no set of phrases {${node.name}}`);
          return expand(random.pick(phrases), sets, random);
        }
      }
    })
    .join('');
}

function parse(phrase: Phrase): Node[] {
  let position = 0;
  const fail = (): never => {
    throw new SyntaxError(`brackets do not match in "${phrase}"`);
  };

  /** Nodes up to the end, or up to a `|` or `)` that belongs to the caller. */
  const sequence = (): Node[] => {
    const nodes: Node[] = [];
    while (position < phrase.length && !'|)'.includes(phrase[position]!)) {
      if (phrase[position] === '(') nodes.push(choice());
      else if (phrase[position] === '{') {
        const end = phrase.indexOf('}', position);
        if (end < 0) fail();
        nodes.push({ kind: 'set', name: phrase.slice(position + 1, end) });
        position = end + 1;
      } else {
        const text = /^[^(){}|]+/.exec(phrase.slice(position))?.[0] ?? fail();
        nodes.push({ kind: 'text', text });
        position += text.length;
      }
    }
    return nodes;
  };
  const choice = (): Node => {
    const alternatives: Node[][] = [];
    do {
      position++; // the opening bracket, or the bar
      alternatives.push(sequence());
    } while (phrase[position] === '|');
    if (phrase[position] !== ')') fail();
    position++;
    return { kind: 'choice', alternatives };
  };

  const nodes = sequence();
  if (position < phrase.length) fail();
  return nodes;
}
