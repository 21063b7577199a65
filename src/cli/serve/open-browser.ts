import { execa } from 'execa';
import { folders } from '../environment.js';
import { sayNote } from '../start/start.js';
import { findProgram } from '../../host/programs.js';

/** What opens a URL in the user's browser, by platform. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'open',
  linux: 'xdg-open',
};

/**
 * Opens a URL in the user's browser; where that does not work it is only said: the server is there all the same.
 * A browser that was not running may stay as long as its user likes: nobody waits for it, and it does not end with
 * zosia.
 */
export async function openBrowser(
  url: string,
  platform: NodeJS.Platform = process.platform,
  searchPath = folders().searchPath,
): Promise<void> {
  const name = OPENERS[platform];
  const program = name && (await findProgram([name], searchPath));
  if (program) {
    const opening = execa(program, [url], {
      stdio: 'ignore',
      reject: false,
      // Ctrl+C is for zosia.
      detached: true,
      cleanup: false,
    });
    opening.unref();
    if (!(await opening).failed) return;
  }
  sayNote(`no browser could be opened: open ${url} yourself`);
}
