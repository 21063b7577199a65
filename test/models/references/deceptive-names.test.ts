import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReference } from '../../../src/models/references/parse-reference.js';
import { requireAllFiles } from '../../../src/models/pull/pull-checks.js';
import { checkedName } from '../../../src/models/store/name.js';
import { formatRecord, parseRecord } from '../../../src/models/store/record.js';
import type { StoredModel } from '../../../src/models/store/record.js';
import { safeFileName } from '../../../src/models/transports/safe-file-name.js';
import { resolvedModel } from '../store/fixtures.js';

/** Characters that no name may have, beside what messages call them. */
const CHARACTERS = [
  '\u3164',
  '\u00a0',
  '\u200b',
  '\u2066',
  '\u202e',
  '\uff41',
  '\uff0f',
  '\u0007',
  '\u009b',
] as const;
const character = fc.constantFrom(...CHARACTERS);
const word = fc.stringMatching(/^[a-z]{1,8}$/);

const codePoint = (text: string): string =>
  `U+${text.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

/** The message of what is refused has the code point, and nothing that is not printed. */
function expectRefused(refuse: () => unknown, odd: string): void {
  let message: string | undefined;
  try {
    refuse();
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain(`${codePoint(odd)}, which`);
  expect(message).not.toMatch(/[\p{Cc}\p{Cf}\u3164\u00a0]/u);
}

describe('a character that is not seen, or looks like another', () => {
  it.each([
    ['name', (at: string) => at],
    ['owner', (at: string) => `hf:${at}/repo/file.gguf`],
    ['file of the hub', (at: string) => `hf:owner/repo/${at}.gguf`],
    ['quantisation', (at: string) => `hf:owner/repo:${at}`],
    ['tag of a registry', (at: string) => `oci:host.example/name:${at}`],
    ['tag of ollama', (at: string) => `ollama:name:${at}`],
    ['host', (at: string) => `https://${at}.example/x.gguf`],
    [
      'encoded file of the hub',
      (at: string) => `https://huggingface.co/owner/repo/blob/main/${encodeURIComponent(at)}.gguf`,
    ],
  ])('is refused in a reference: %s', (_what, referenceOf) => {
    fc.assert(
      fc.property(word, character, word, (before, odd, after) => {
        expectRefused(() => parseReference(referenceOf(`${before}${odd}${after}`)), odd);
      }),
    );
  });

  it.each(['hf\uff1aowner/repo/x.gguf', '\u00a0hf:owner/repo/x.gguf', '\u3164oci:h.example/x'])(
    'does not make a path of what looks like a reference: %j',
    (text) => {
      expect(() => parseReference(text)).toThrow(/ has U\+[0-9A-F]{4}, which/);
    },
  );

  it('shows nothing of a URL that may have a password', () => {
    expect(() => parseReference('https://user:secret@host.example/\u3164.gguf')).toThrow(
      /^this URL has U\+3164, which cannot be seen$/,
    );
  });

  it.each([
    './\u65b0\u3000\u578b/model.gguf',
    '/data/model\uff08new\uff09.gguf',
    './a\u00a0b.gguf',
  ])('is left in the path of a file of this host: %j', (path) => {
    expect(parseReference(path)).toEqual({ kind: 'path', path });
  });

  it('is refused in names of the store, and of files that a server or a manifest tells', () => {
    fc.assert(
      fc.property(word, character, word, (before, odd, after) => {
        const name = `${before}${odd}${after}`;
        expectRefused(() => checkedName(name), odd);
        expectRefused(() => safeFileName(`${name}.gguf`), odd);
        const model = resolvedModel('model', { [`${name}.gguf`]: Buffer.of(1) });
        expectRefused(() => {
          requireAllFiles({ ...model, reference: 'hf:owner/model' });
        }, odd);
      }),
    );
  });

  it('makes a record damaged, unless it is in the name of a file that its user has', () => {
    const record = (fileName: string, source: StoredModel['source']): string =>
      formatRecord({
        ...{ name: 'mine', askedAs: [], source, facts: {} },
        files: [
          {
            ...{ role: 'model', fileName, sizeBytes: 1, sha256: '0a'.repeat(32) },
            ...{ path: '/x', stamp: { sizeBytes: 1, mtimeNs: 0n } },
          },
        ],
      });
    const odd = 'a\u3164.gguf';
    const pulled = record(odd, { kind: 'hub', repository: 'owner/repo' });
    expectRefused(() => parseRecord(pulled, 'mine.json'), '\u3164');
    const added = record(odd, { kind: 'file', repository: '/x' });
    expect(parseRecord(added, 'mine.json').files[0]!.fileName).toBe(odd);
    const renamed = added.replace('"mine"', '"mi\u200bne"');
    expectRefused(() => parseRecord(renamed, 'mine.json'), '\u200b');
  });
});
