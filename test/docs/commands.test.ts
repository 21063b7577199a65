import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { GUIDES, commandsOf, readPages } from './pages.js';
import { Reader, putImages, putMeasurements } from './reader.js';

const pages = await readPages();

/** Commands that are shown because they fail. */
const FAILING: ReadonlyMap<string, number> = new Map([['zosia verify damaged.img', 1]]);

describe('a page', () => {
  it.each(pages)('$path marks the kind of every code block', ({ fences }) => {
    for (const { language, lines } of fences) {
      expect(['console', 'ini', 'json', 'text', 'ts'], lines.join('\n')).toContain(language);
      if (language === 'console') continue;
      for (const line of lines) expect(line).not.toMatch(/^(?:\$ |npm |npx |zosia )/);
    }
  });
});

// In test/boot/guides.test.ts machines start. Those of other pages are described, which takes a fraction of a
// second.
describe('the commands of the documentation', () => {
  const folder = temporaryFolder();
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.settle(folder.path, 'described');
    await putImages(folder.path);
    await putMeasurements(folder.path);
  });

  const described = pages.filter(
    (page) => commandsOf(page).length > 0 && !GUIDES.includes(page.path),
  );
  it('are run for most pages', () => {
    expect(described.length + GUIDES.length).toBeGreaterThan(7);
  });

  it.each(described)('in $path work in their order', async (page) => {
    for (const command of commandsOf(page)) {
      const { exitCode, all } = await reader.type(command);
      expect(exitCode, `${command}\n${all}`).toBe(FAILING.get(command) ?? 0);
    }
  });
});
