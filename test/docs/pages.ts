import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A page of the documentation, or the README. */
export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly fences: readonly Fence[];
}

/** A fenced block: three backquotes, its language, its lines. */
export interface Fence {
  readonly language: string;
  readonly lines: readonly string[];
}

/** The pages of the site, and the README. */
export async function readPages(): Promise<Page[]> {
  const docs = (await readdir(`${ROOT}docs`)).filter((name) => name.endsWith('.md')).sort();
  return Promise.all(['README.md', ...docs.map((name) => `docs/${name}`)].map(readPage));
}

export async function readPage(path: string): Promise<Page> {
  const text = await readFile(`${ROOT}${path}`, 'utf8');
  const fences = [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(([, language, body]) => ({
    language: language!,
    lines: body!.trimEnd().split('\n'),
  }));
  return { path, text, fences };
}

/**
 * The commands of a page, as a reader would type them. In a block of language `console` they are the
 * lines that begin with `$ `, the others being what they print; where none begins so, all lines are.
 */
export function commandsOf({ fences }: Page): string[] {
  return fences
    .filter(({ language }) => language === 'console')
    .flatMap(({ lines }) => {
      const prompted = lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
      return prompted.length > 0 ? prompted : lines;
    });
}

/** Text between single backquotes, outside of fenced blocks. */
export function inlineCode({ text }: Page): string[] {
  const prose = text.replace(/^```[^]*?^```$/gm, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
}

/** The pages about booting, whose machines are started (test/boot/guides.test.ts). */
export const GUIDES: readonly string[] = [
  'docs/boot-flags.md',
  'docs/performance.md',
  'docs/serve.md',
  'docs/troubleshooting.md',
];
