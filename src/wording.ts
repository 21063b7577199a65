/**
 * An option that a message speaks of. The library calls it by its name; a front end, whose users know it
 * as a flag or a variable, has its own word for it.
 */
export class OptionName {
  constructor(
    readonly name: string,
    /** A value that is proposed for it. */
    readonly value?: string | number,
  ) {}

  toString(): string {
    return this.value === undefined ? this.name : `${this.name}=${this.value}`;
  }
}

/** What a front end calls an option; undefined where its user cannot give it. */
export type WordFor = (option: OptionName) => string | undefined;

/** A text that speaks of options. */
export class Wording {
  constructor(private readonly parts: readonly (string | OptionName)[]) {}

  /** The options that it speaks of, in order. */
  get options(): OptionName[] {
    return this.parts.filter((part) => part instanceof OptionName);
  }

  /** The text in a front end's words; an option that it has no word for keeps its name. */
  in(word: WordFor): string {
    return this.parts
      .map((part) => (part instanceof OptionName ? (word(part) ?? String(part)) : part))
      .join('');
  }

  toString(): string {
    return this.parts.join('');
  }
}

/** Plain, or speaking of options. */
export type Text = string | Wording;

export const option = (name: string, value?: string | number): OptionName =>
  new OptionName(name, value);

/** Makes a {@link Wording}: wording`Give more with ${option('ramMiB')}.` */
export function wording(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | OptionName | Wording)[]
): Wording {
  return new Wording(
    strings.flatMap((string, index) => {
      const value = values[index];
      if (value === undefined) return [string];
      if (value instanceof Wording) return [string, ...value['parts']];
      return [string, typeof value === 'number' ? String(value) : value];
    }),
  );
}

/** A text, or its beginning and an ellipsis, in so many characters at most. */
export function shortened(text: string, maxCharacters: number): string {
  const characters = Array.from(text);
  return characters.length <= maxCharacters
    ? text
    : `${characters.slice(0, maxCharacters - 1).join('')}…`;
}
