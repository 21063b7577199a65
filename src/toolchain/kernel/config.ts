import { ZosiaError } from '../../errors.js';

/** What a fragment of a kernel configuration says of a symbol. */
export interface ConfigSymbol {
  /** Without `CONFIG_`. */
  readonly name: string;
  /** As a configuration has it: `y`, `512`, `"-zosia"`; `n` for a symbol that is not set. */
  readonly value: string;
}

const SET = /^CONFIG_([A-Za-z0-9_]+)=(\S.*)$/;
const NOT_SET = /^# CONFIG_([A-Za-z0-9_]+) is not set$/;

/**
 * Reads a fragment, or a whole configuration (kernel Documentation/kbuild/kconfig.rst): a symbol a line, and
 * comments.
 *
 * @param origin what messages call it
 * @throws ZosiaError `ZOSIA_KERNEL_CONFIG`
 */
export function parseConfig(text: string, origin: string): ConfigSymbol[] {
  const symbols = new Map<string, ConfigSymbol>();
  text.split('\n').forEach((line, index) => {
    const set = SET.exec(line);
    const name = set?.[1] ?? NOT_SET.exec(line)?.[1];
    if (name === undefined) {
      if (line === '' || line.startsWith('#')) return;
      throw badConfig(`${origin}: line ${index + 1} is neither a symbol nor a comment`);
    }
    if (symbols.has(name)) throw badConfig(`${origin}: line ${index + 1} sets ${name} again`);
    symbols.set(name, { name, value: set?.[2] ?? 'n' });
  });
  return [...symbols.values()];
}

/** A symbol that did not come out of a configuration as it was asked for. */
export interface Unmet extends ConfigSymbol {
  /** Its value in the configuration. */
  readonly actual: string;
}

/**
 * What of the symbols that were asked for did not come through: Kconfig drops those whose dependencies do not
 * hold without a word.
 */
export function unmetSymbols(
  asked: readonly ConfigSymbol[],
  configured: readonly ConfigSymbol[],
): Unmet[] {
  const values = new Map(configured.map(({ name, value }) => [name, value]));
  return asked.flatMap(({ name, value }) => {
    const actual = values.get(name) ?? 'n';
    return actual === value ? [] : [{ name, value, actual }];
  });
}

function badConfig(message: string): ZosiaError {
  return new ZosiaError('ZOSIA_KERNEL_CONFIG', message, {
    hint: 'A line is CONFIG_NAME=value, "# CONFIG_NAME is not set", or a comment.',
  });
}

/**
 * What fragments ask for together; of those that say something of the same symbol, the last one counts.
 *
 * @throws ZosiaError `ZOSIA_KERNEL_CONFIG`
 */
export function askedSymbols(
  fragments: readonly { readonly name: string; readonly text: string }[],
): ConfigSymbol[] {
  const symbols = new Map<string, ConfigSymbol>();
  for (const { name, text } of fragments) {
    for (const symbol of parseConfig(text, name)) symbols.set(symbol.name, symbol);
  }
  return [...symbols.values()];
}

/** Symbols as a fragment. */
export const formatConfig = (symbols: readonly ConfigSymbol[]): string =>
  symbols
    .map(({ name, value }) =>
      value === 'n' ? `# CONFIG_${name} is not set\n` : `CONFIG_${name}=${value}\n`,
    )
    .join('');
