// Writes guest/engine/tokenizer/unicode_class_runs.h: which characters are letters, numbers and
// punctuation, as the Unicode of this Node.js has them. llama.cpp's tables are Unicode 15.1, which is that
// of Node.js 20.12; a newer one classifies characters that llama.cpp takes for unassigned.
//
//     npx node@20.12.2 scripts/unicode-classes.mjs && npm run format:c
import { writeFile } from 'node:fs/promises';
import process from 'node:process';

const LAST = 0x10ffff;
const CLASSES = { LETTERS: /^\p{L}$/u, NUMBERS: /^\p{N}$/u, PUNCTUATION: /^\p{P}$/u };

/** Runs of the characters from U+0080 on that a pattern matches; ASCII is told without a table. */
function runsOf(pattern) {
  const runs = [];
  for (let code = 0x80; code <= LAST; code++) {
    if (!pattern.test(String.fromCodePoint(code))) continue;
    const last = runs.at(-1);
    if (last !== undefined && last.first + last.more + 1 === code && last.more < 0xffff)
      last.more++;
    else runs.push({ first: code, more: 0 });
  }
  return runs;
}

const tables = Object.entries(CLASSES).map(([name, pattern]) => {
  const runs = runsOf(pattern).map(({ first, more }) => `{0x${first.toString(16)}, ${more}}`);
  return `static const struct class_run ${name}[] = {\n${runs.join(',\n')},\n};\n`;
});

const header = `// Written by scripts/unicode-classes.mjs from Unicode ${process.versions.unicode}. Characters of the general
// categories L, N and P that are not in ASCII: the first of a run, and how many follow it; in rising order.
// Included by unicode_classes.c alone.

struct class_run {
    uint32_t first;
    uint16_t more;
} __attribute__((packed));
`;

await writeFile(
  new URL('../guest/engine/tokenizer/unicode_class_runs.h', import.meta.url),
  [header, ...tables].join('\n'),
);
