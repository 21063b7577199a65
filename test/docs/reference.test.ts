import { readFile, readdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { TOPICS } from '../../zosia-tiny/src/corpus/exchanges.js';
import { wholeProgram } from '../support/commands.js';
import { ROOT, commandsOf, inlineCode, readPage, readPages } from './pages.js';
import type { Page } from './pages.js';

const pages = await readPages();
/** Checked like the pages; its commands are not run, as they take a quarter of an hour. */
const modelPage = await readPage('models/zosia-tiny/README.md');
const program = await wholeProgram();

/** Those that are meant where none of their parent's is named: a machine, and what a worker does. */
const USUAL_COMMANDS = ['linux', 'run'];

/** The command that words name, and what is left of them. */
function findCommand(words: readonly string[], command = program): [Command, readonly string[]] {
  const [first, ...rest] = words;
  const child = command.commands.find((each) => each.name() === first);
  if (child) return findCommand(rest, child);
  // Without a name it is the usual one.
  const usual =
    command === program
      ? undefined
      : command.commands.find((each) => USUAL_COMMANDS.includes(each.name()));
  return usual ? findCommand([usual.name(), ...words], command) : [command, words];
}

/** The options of the command itself. */
const optionsOf = (command: Command): (string | undefined)[] => [
  '--help',
  ...command.options.flatMap(({ long, short }) => [long, short]),
];

/** The boot flags that init supports. */
async function guestFlags(): Promise<string[]> {
  const source = await readFile(`${ROOT}guest/init/request/flags.c`, 'utf8');
  return [...source.matchAll(/(?<!define )PREFIX "([a-z_.]+)"/g)].map(
    ([, name]) => `zosia.${name!}`,
  );
}

describe.each([...pages, modelPage])('$path', (page) => {
  it('links only to existing files and headings', async () => {
    const links = [...page.text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, link]) => link!);
    for (const link of links) {
      const target = resolve(ROOT, dirname(page.path), link);
      expect((await stat(target).catch(() => undefined)) !== undefined, link).toBe(true);
    }
  });

  it('names only existing commands and options', () => {
    const spoken = inlineCode(page).filter((code) => code.startsWith('zosia '));
    for (const code of spoken) {
      const [command, rest] = findCommand(
        code
          .replace(/\\\|.*/, '')
          .trim()
          .split(/\s+/)
          .slice(1),
      );
      if (command === program) expect(rest[0], code).toMatch(/^--/);
      for (const word of rest.map((each) => each.replace(/^\[|\]$/g, ''))) {
        if (word.startsWith('-')) expect(optionsOf(command), code).toContain(word);
      }
    }
  });

  it('has no line that is too long for an editor', () => {
    // Tables and messages are as wide as they are.
    const prose = page.text.replace(/^```[^]*?^```$/gm, '').split('\n');
    for (const line of prose) if (!line.includes('|')) expect(line.length, line).toBeLessThan(106);
  });
});

describe("the built-in model's knowledge of zosia", () => {
  const answers = TOPICS.map(({ answer }) => answer).join('\n');

  it('names only existing commands, options and boot flags', async () => {
    /** What a sentence goes on with after the name. */
    const prose = ['is', 'needs', 'project', 'runs', 'takes', 'the', 'turns', 'works'];
    const words = [...answers.matchAll(/\bzosia ([a-z]+)/g)].map(([, word]) => word!);
    for (const word of words.filter((each) => !prose.includes(each))) {
      expect(program.commands.map((command) => command.name())).toContain(word);
    }
    expect(words).toContain('up');

    const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
    const options = all(program).flatMap(optionsOf);
    const named = answers.match(/--[a-z-]+/g)!;
    expect(named.filter((option) => !options.includes(option))).toEqual([]);

    const known = await guestFlags();
    const flags = answers.match(/\bzosia\.[a-z_.]*[a-z_]/g)!;
    expect(flags.filter((flag) => !known.includes(flag))).toEqual([]);
  });
});

describe('the menu', () => {
  it('of the site contains every page', async () => {
    const menu = await readFile(`${ROOT}mkdocs.yml`, 'utf8');
    const named = [...menu.matchAll(/: ([a-z-]+\.md)$/gm)].map(([, name]) => `docs/${name!}`);
    const documents = pages.filter(({ path }) => path.startsWith('docs/'));
    expect(named.sort()).toEqual(documents.map(({ path }) => path).sort());
  });

  it.each(['README.md', 'docs/index.md'])('of %s contains every page', async (path) => {
    const { text } = await readPage(path);
    for (const { path: other } of pages) {
      if (['README.md', 'docs/index.md'].includes(other)) continue;
      expect(text).toContain(`(${path === 'README.md' ? other : other.replace('docs/', '')})`);
    }
  });
});

const named = (path: string): Page => pages.find((page) => page.path === path)!;

describe('the guide to performance', () => {
  const guide = named('docs/performance.md');

  it('shows every command of zosia perf', () => {
    const [perf] = findCommand(['perf']);
    for (const { name } of perf.commands.map((command) => ({ name: command.name() }))) {
      expect(commandsOf(guide).join('\n'), name).toContain(`zosia perf ${name}`);
    }
  });

  it.each(['run', 'matrix'])('names every variable of zosia perf %s', (name) => {
    const [command] = findCommand(['perf', name]);
    const variables = command.helpInformation().match(/PERF_[A-Z_]+/g) ?? [];
    expect(variables.length).toBeGreaterThan(2);
    for (const variable of variables) expect(guide.text).toContain(variable);
  });
});

describe('the guide to boot flags', () => {
  const { text } = named('docs/boot-flags.md');

  it('lists every flag that the guest supports, and no other', async () => {
    const table = [...text.matchAll(/^\| `(zosia\.[a-z_.]+)/gm)].map(([, name]) => name!);
    expect(table.length).toBeGreaterThan(8);
    expect(new Set(table)).toEqual(new Set(await guestFlags()));
  });

  it('lists the exit statuses of guest/init/README.md', async () => {
    const contract = await readFile(`${ROOT}guest/init/README.md`, 'utf8');
    const statuses = (page: string): string[] =>
      [...page.matchAll(/^\| (\d+|\d+ \+ N) +\|/gm)].map(([, status]) => status!);
    const [, table] = /^\| status +\|([^]*?)\n\n/m.exec(contract)!;
    expect(statuses(text)).toEqual(statuses(table!));
    expect(statuses(text)).toContain('137');
  });
});

describe('the page about the architecture', () => {
  const { text } = named('docs/architecture.md');

  it('explains why each package is needed', async () => {
    const manifest = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const explained = [...text.matchAll(/^\| ([@a-z0-9/-]+) \| /gm)].map(([, name]) => name!);
    const packages = Object.keys(manifest.dependencies);
    expect(explained.filter((name) => packages.includes(name)).sort()).toEqual(packages.sort());
  });

  it('lists every folder of the source, and no other', async () => {
    const inside = async (folder: string): Promise<string[]> =>
      (await readdir(`${ROOT}${folder}`, { withFileTypes: true }))
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `${folder}/${name}`);
    const layers = [
      ...(await inside('src')),
      ...(await inside('guest')),
      'zosia-tiny',
      'bench',
      'test',
    ];
    const table = [...text.matchAll(/^\| `([a-z/-]+)` \|/gm)].map(([, folder]) => folder!);
    expect(table.sort()).toEqual(layers.sort());
  });

  it('lists every format', async () => {
    const formats = await readdir(`${ROOT}src/formats`, { withFileTypes: true });
    const row = text.split('\n').find((line) => line.startsWith('| `src/formats`'))!;
    for (const entry of formats) if (entry.isDirectory()) expect(row).toContain(entry.name);
  });
});
