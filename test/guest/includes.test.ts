import { readFile, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GUEST_SOURCE_DIRECTORY } from '../../src/toolchain/sources.js';

/** The folders of the table that a README has under "The files", in its order. */
async function documentedFolders(program: string): Promise<string[]> {
  const page = await readFile(`${GUEST_SOURCE_DIRECTORY}${program}/README.md`, 'utf8');
  const section = page.split('## The files\n')[1]!.split('\n## ')[0]!;
  return [...section.matchAll(/^\| `(\w+)` +\|/gm)].map(([, folder]) => folder!);
}

/** What programs are made of beside their own. */
const BELOW = ['shared', 'engine'];

/** Each C file of a program that lies in a folder, and the folders that it includes from. */
async function includesOf(program: string): Promise<(readonly [string, string[]])[]> {
  const folder = `${GUEST_SOURCE_DIRECTORY}${program}/`;
  const files = (await readdir(folder, { recursive: true })).filter((path) =>
    /\/.*\.[ch]$/.test(path),
  );
  return Promise.all(
    files.map(async (path) => {
      const source = await readFile(folder + path, 'utf8');
      // The engine's own folders are named with it, as the application's are not.
      const own = source.replaceAll(`#include "${program}/`, '#include "');
      const included = [...own.matchAll(/^#include "(\w+)\//gm)].map(([, name]) => name!);
      return [path, included.filter((name) => !BELOW.includes(name))] as const;
    }),
  );
}

describe.each(['init', 'efi', 'engine'])('the folders of guest/%s', (program) => {
  it('are all in the table of its README', async () => {
    const folder = `${GUEST_SOURCE_DIRECTORY}${program}`;
    const entries = await readdir(folder, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect((await documentedFolders(program)).sort()).toEqual(folders.sort());
  });

  it('include only folders that are above them in that table', async () => {
    const order = await documentedFolders(program);
    const files = await includesOf(program);
    expect(files.length).toBeGreaterThan(40);
    const wrong = files.flatMap(([path, included]) =>
      included
        .filter((name) => name !== dirname(path))
        .filter((name) => order.indexOf(name) >= order.indexOf(dirname(path)))
        .map((name) => `${path} includes ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});
