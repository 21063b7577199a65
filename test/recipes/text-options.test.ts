import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readJsonSchema } from '../../src/recipes/json-schema.js';
import { speculationArguments } from '../../src/recipes/speculation.js';
import { readSystemPrompt, takesSystemPrompt } from '../../src/recipes/system-prompt.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

async function file(contents: string | Uint8Array): Promise<string> {
  const path = folder.file('text');
  await writeFile(path, contents);
  return path;
}

describe('readJsonSchema', () => {
  it('returns a schema as compact JSON, from a text or a file', async () => {
    const text = ' {"type":\n "object", "é": [1, 2]}\n';
    expect(await readJsonSchema(text)).toBe('{"type":"object","é":[1,2]}');
    expect(await readJsonSchema(await file(text))).toBe('{"type":"object","é":[1,2]}');
    expect(await readJsonSchema(await file('\uFEFF{}'))).toBe('{}');
  });

  it.each([
    ['{"type": object}', /no JSON at line 1, column 10: "o" stands where a value should/],
    [
      '{"$ref": "http://example.org/x"}',
      /at #\/\$ref: it refers to "http:\/\/example.org\/x", which is not in the schema/,
    ],
    ['{"items": [{"$ref": "other.json"}]}', /refers to "other.json"/],
    [`{"a": ${'['.repeat(64)}${']'.repeat(64)}}`, /nested too deep/],
  ])('refuses %j with what is wrong', async (text, message) => {
    await expect(readJsonSchema(text)).rejects.toThrow(message);
    await expect(readJsonSchema(text)).rejects.toThrow(zosiaError('ZOSIA_SCHEMA_UNUSABLE'));
  });

  it('refuses a file that holds another thing than an object', async () => {
    for (const text of ['[]', '1', 'null', '"x"', 'true']) {
      await expect(readJsonSchema(await file(text))).rejects.toThrow(/it is no object/);
    }
  });

  it('takes 64 KiB, and refuses more with both figures', async () => {
    const schema = (sizeBytes: number): string => `{"a":"${'x'.repeat(sizeBytes - 8)}"}`;
    expect(await readJsonSchema(schema(65_536))).toHaveLength(65_536);
    const message = /too long: .* has 65537 bytes, and it may have 65536/;
    await expect(readJsonSchema(schema(65_537))).rejects.toThrow(message);
    await expect(readJsonSchema(await file(schema(65_537)))).rejects.toThrow(message);
  });

  it('refuses a file that is not there, and one that is no text', async () => {
    await expect(readJsonSchema(folder.file('nowhere'))).rejects.toThrow(
      zosiaError('ZOSIA_FILE_NOT_FOUND'),
    );
    await expect(readJsonSchema(await file(Uint8Array.of(0x7b, 0xff)))).rejects.toThrow(
      zosiaError('ZOSIA_TEXT_UNUSABLE'),
    );
  });
});

describe('readSystemPrompt', () => {
  it('returns a text, or that of a file behind an @, without white space round it', async () => {
    expect(await readSystemPrompt(' Be  kind.\n')).toBe('Be  kind.');
    expect(await readSystemPrompt(`@${await file('\nZwölf\nLinien\n')}`)).toBe('Zwölf\nLinien');
  });

  it('refuses what is empty, too long or no text', async () => {
    await expect(readSystemPrompt(' \n')).rejects.toThrow('the system prompt is empty');
    await expect(readSystemPrompt('a\0b')).rejects.toThrow('the system prompt has a NUL in it');
    await expect(readSystemPrompt('é'.repeat(16_385))).rejects.toThrow(/32770 bytes.*32768/);
    await expect(readSystemPrompt(`@${folder.file('nowhere')}`)).rejects.toThrow(
      zosiaError('ZOSIA_FILE_NOT_FOUND'),
    );
  });
});

describe('takesSystemPrompt', () => {
  it.each([
    ["{{- 'Q: ' + messages[-1]['content'] -}}", false],
    ['{% for message in messages %}{{ message.content }}{% endfor %}', true],
    ["{%- if messages[0].role == 'system' -%}{{ messages[0].content }}{%- endif -%}", true],
    ['{% for m in tools %}{{ m }}{% endfor %}{{ messages[0].content }}', false],
  ])('tells of %j: %s', (template, expected) => {
    expect(takesSystemPrompt(template)).toBe(expected);
  });
});

describe('speculationArguments', () => {
  it.each([
    [{ hasDraft: false }, []],
    [{ hasDraft: false, ngram: 'ngram-mod' }, ['--spec-type', 'ngram-mod']],
    [
      { hasDraft: true },
      ['--spec-draft-model', '/models/draft.gguf', '--spec-type', 'draft-simple'],
    ],
    [
      { hasDraft: true, ngram: 'ngram-simple' },
      ['--spec-draft-model', '/models/draft.gguf', '--spec-type', 'ngram-simple,draft-simple'],
    ],
  ] as const)('are for %j: %j', (speculation, expected) => {
    expect(speculationArguments(speculation)).toEqual(expected);
  });
});
