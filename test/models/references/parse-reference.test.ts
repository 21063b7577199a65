import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelReference } from '../../../src/models/references/reference.js';
import {
  formatReference,
  otherReadings,
  parseReference,
} from '../../../src/models/references/parse-reference.js';
import { zosiaError } from '../../support/errors.js';

const BAD = zosiaError('ZOSIA_REFERENCE_INVALID');
const DIGEST = `sha256:${'0a'.repeat(32)}`;

const COMMIT = '0a'.repeat(20);

describe('what a model may be called by', () => {
  it.each<[string, ModelReference]>([
    ['phi-3.5-mini', { kind: 'name', name: 'phi-3.5-mini' }],
    ['model.gguf', { kind: 'path', path: 'model.gguf' }],
    ['Model.BIN', { kind: 'path', path: 'Model.BIN' }],
    ['./phi-3.5-mini', { kind: 'path', path: './phi-3.5-mini' }],
    ['models/a', { kind: 'path', path: 'models/a' }],
    ['/a model/x', { kind: 'path', path: '/a model/x' }],
    ['~user', { kind: 'path', path: '~user' }],
    ['.', { kind: 'path', path: '.' }],
    ['file:///a/b%20c.gguf', { kind: 'path', path: '/a/b c.gguf' }],
    ['hf:a/b', { kind: 'hub', repository: 'a/b' }],
    ['hf:a/b:latest', { kind: 'hub', repository: 'a/b' }],
    ['hf:a/b@main', { kind: 'hub', repository: 'a/b', revision: 'main' }],
    [
      'hf:a/b@refs%2Fpr%2F1:Q4_K_M',
      { kind: 'hub', repository: 'a/b', revision: 'refs/pr/1', quantisation: 'Q4_K_M' },
    ],
    [
      'hf:a/b@abc/sub/x y.gguf',
      { kind: 'hub', repository: 'a/b', revision: 'abc', file: 'sub/x y.gguf' },
    ],
    ['hf://a/b.c/x.GGUF', { kind: 'hub', repository: 'a/b.c', file: 'x.GGUF' }],
    [`hf:a/b@${COMMIT}/x.bin`, { kind: 'hub', repository: 'a/b', revision: COMMIT, file: 'x.bin' }],
    ['huggingface://a/b/x.gguf', { kind: 'hub', repository: 'a/b', file: 'x.gguf' }],
    ['hf.co/a/b:Q4', { kind: 'hub', repository: 'a/b', quantisation: 'Q4' }],
    ['huggingface.co/a/b', { kind: 'hub', repository: 'a/b' }],
    ['https://huggingface.co/a/b', { kind: 'hub', repository: 'a/b' }],
    ['https://hf.co/a/b/', { kind: 'hub', repository: 'a/b' }],
    ['https://huggingface.co/a/b/tree/v1', { kind: 'hub', repository: 'a/b', revision: 'v1' }],
    [
      'https://huggingface.co/a/b/blob/main/sub/x%20y.gguf?download=true',
      { kind: 'hub', repository: 'a/b', file: 'sub/x y.gguf' },
    ],
    [
      'https://u:secret@huggingface.co/a/b/resolve/refs%2Fpr%2F1/x.gguf',
      { kind: 'hub', repository: 'a/b', revision: 'refs/pr/1', file: 'x.gguf' },
    ],
    [
      'https://huggingface.co/a/b?show_file_info=x.gguf',
      { kind: 'hub', repository: 'a/b', file: 'x.gguf' },
    ],
    ['ollama:llama3.2', { kind: 'ollama', repository: 'library/llama3.2', tag: 'latest' }],
    ['ollama://llama3.2:1b', { kind: 'ollama', repository: 'library/llama3.2', tag: '1b' }],
    ['ollama:me/x:a', { kind: 'ollama', repository: 'me/x', tag: 'a' }],
    ['ollama:registry.ollama.ai/me/x', { kind: 'ollama', repository: 'me/x', tag: 'latest' }],
    ['ollama.com/library/x:1', { kind: 'ollama', repository: 'library/x', tag: '1' }],
    [
      'ollama:r.example:5000/x:1',
      { kind: 'ollama', host: 'r.example:5000', repository: 'library/x', tag: '1' },
    ],
    ['ollama:hf.co/a/b:Q8_0', { kind: 'hub', repository: 'a/b', quantisation: 'Q8_0' }],
    ['oci:ghcr.io/o/n/x:v1', { kind: 'oci', host: 'ghcr.io', repository: 'o/n/x', version: 'v1' }],
    ['oci://localhost/x', { kind: 'oci', host: 'localhost', repository: 'x', version: 'latest' }],
    [
      `oci:127.0.0.1:5000/x:v1@${DIGEST}`,
      { kind: 'oci', host: '127.0.0.1:5000', repository: 'x', version: DIGEST },
    ],
    [
      'docker://ai/smollm2',
      { kind: 'oci', host: 'docker.io', repository: 'ai/smollm2', version: 'latest' },
    ],
    ['docker:r.example/x:1', { kind: 'oci', host: 'r.example', repository: 'x', version: '1' }],
    ['https://example.org/x.gguf', { kind: 'https', url: new URL('https://example.org/x.gguf') }],
    ['http://127.0.0.1:8/x.gguf', { kind: 'https', url: new URL('http://127.0.0.1:8/x.gguf') }],
  ])('takes %s apart', (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
  });

  it.each(['hf:a/b/x.bin', 'hf:a/b@main/x.bin', 'https://huggingface.co/a/b/blob/main/x.bin'])(
    'refuses the checkpoint %s, the tokenizer of which is not named',
    (text) => {
      expect(() => parseReference(text)).toThrow(
        expect.objectContaining({ hint: expect.stringContaining('zosia model add FILE') }),
      );
    },
  );

  it.each(['http://127.0.0.1:1234/mirror/hf', 'http://127.0.0.1:1234/mirror/hf/'])(
    'takes the pages of a hub below a path for its models, and no others of its host: %s',
    (hub) => {
      const hubUrl = new URL(hub);
      const origin = 'http://127.0.0.1:1234';
      const parse = (path: string) => parseReference(`${origin}${path}`, { hubUrl });
      expect(parse('/mirror/hf/a/b/blob/main/x.gguf')).toEqual({
        ...{ kind: 'hub', repository: 'a/b', file: 'x.gguf' },
      });
      expect(parse('/mirror/hf/a/b')).toEqual({ kind: 'hub', repository: 'a/b' });
      expect(parse('/mirror/hfx/x.gguf')).toMatchObject({ kind: 'https' });
      expect(parseReference('https://hf.co/a/b', { hubUrl })).toMatchObject({ repository: 'a/b' });
    },
  );

  it('takes the pages of a hub of another place for its models', () => {
    const hubUrl = new URL('http://127.0.0.1:1234');
    expect(parseReference('http://127.0.0.1:1234/a/b/blob/main/x.gguf', { hubUrl })).toEqual({
      ...{ kind: 'hub', repository: 'a/b', file: 'x.gguf' },
    });
  });

  it.each([
    '',
    '  ',
    'a b',
    'llama3.2:1b',
    's3://bucket/x.gguf',
    'hf:',
    'hf:a',
    'hf:a/',
    'hf:../b',
    'hf:a/b..c',
    'hf:a/b@',
    'hf:a/b@../x',
    'hf:a/b:',
    'hf:a/b/..//x.gguf',
    'hf:a/b/../x.gguf',
    'hf:a/b//x.gguf',
    'hf:a/b/.\\x.gguf',
    'hf:a/b/Q4_K_M',
    'hf:a/b:Q4/x.gguf',
    'hf:datasets/a/b.gguf',
    'https://huggingface.co/a/b/discussions/1',
    'https://huggingface.co/a/b/blob/main/model.safetensors',
    'https://huggingface.co/a/b/blob/main/%2e%2e/x.gguf',
    'https://huggingface.co/a/b/blob/main/%ff.gguf',
    'http://example.org/x.gguf',
    'http://127.0.0.1.example.org/x.gguf',
    'https://example.org/x.gguf#sha256=12',
    'https://example.org/x.gguf#here',
    'https://%zz@example.org/x.gguf',
    'https://',
    'file://elsewhere/x.gguf',
    'ollama:',
    'ollama:a/b/c/d',
    'ollama:a:b:c',
    'ollama:../x',
    'ollama:x:..',
    'oci:x',
    'oci:name/x:1',
    'oci:r.example/X:1',
    'oci:r.example/../x:1',
    'oci:r.example:70000/x',
    'oci:r..example/x',
    'oci:r.example/x@sha256:12',
    'oci:r.example/x@sha512:00',
    'oci:u@r.example/x',
    `oci:r.example/${'a'.repeat(300)}`,
    'a\u0000b',
    'a\nb',
    './a\u202eb.gguf',
    './a\ud800.gguf',
    'x'.repeat(200),
    `/${'x'.repeat(5000)}`,
  ])('refuses %j with a hint', (text) => {
    expect(() => parseReference(text)).toThrow(BAD);
  });

  it('tells the user of another program what its names are called here', () => {
    expect(() => parseReference('llama3.2:1b')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('ollama:llama3.2:1b') }),
    );
    expect(otherReadings('owner/Repo')).toEqual(['hf:owner/Repo']);
    expect(otherReadings('ghcr.io/owner/repo')).toContain('oci:ghcr.io/owner/repo');
  });

  it('shows no password, no query and no controls in what it says', () => {
    for (const text of [
      'http://u:secret@a.example/x?token=secret',
      'https://u:secret@[/x',
      'a\u001bsecret',
    ]) {
      let said = '';
      try {
        parseReference(text);
      } catch (error) {
        said = `${String(error)} ${String((error as { hint?: string }).hint)}`;
      }
      expect(said).toMatch(/\S/);
      expect(said).not.toMatch(/u:secret|token|\p{Cc}/u);
    }
  });
});

const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_]{0,12}$/);
const lower = fc.stringMatching(/^[a-z0-9]{1,12}$/);
const file = fc
  .tuple(fc.array(word, { maxLength: 3 }), fc.stringMatching(/^[A-Za-z0-9 @#?%&+,.-]{1,20}$/))
  .map(([folders, name]) => [...folders, `${name}.gguf`].join('/'));
const version = fc.oneof(word, fc.constant(DIGEST));
const host = fc.oneof(
  fc.constant('localhost'),
  lower.map((name) => `${name}.example`),
  fc.constant('r.example:5000'),
);

const references = fc.oneof<fc.Arbitrary<ModelReference>[]>(
  word.filter((name) => !/\.(gguf|bin)$/i.test(name)).map((name) => ({ kind: 'name', name })),
  fc.array(word, { minLength: 1 }).map((names) => ({ kind: 'path', path: `./${names.join('/')}` })),
  fc
    .record({
      repository: fc
        .tuple(
          word.map((name) => `o${name}`),
          word,
        )
        .map((names) => names.join('/')),
      revision: fc.option(fc.oneof(word, fc.constant('refs/pr/1')), { nil: undefined }),
      file: fc.option(file, { nil: undefined }),
      quantisation: fc.option(
        word.filter((name) => name !== 'latest'),
        { nil: undefined },
      ),
    })
    .map(({ repository, revision, file: named, quantisation }) => ({
      ...{ kind: 'hub', repository },
      ...(revision !== undefined && { revision }),
      ...(named === undefined ? quantisation !== undefined && { quantisation } : { file: named }),
    })),
  fc
    .record({
      host: fc.option(host, { nil: undefined }),
      repository: fc.tuple(word, word),
      tag: word,
    })
    .map(({ host: named, repository, tag }) => ({
      ...{ kind: 'ollama', repository: repository.join('/'), tag },
      ...(named !== undefined && { host: named }),
    })),
  fc
    .record({ host, repository: fc.array(lower, { minLength: 1, maxLength: 4 }), version })
    .map((parts) => ({ ...parts, kind: 'oci', repository: parts.repository.join('/') })),
  fc
    .tuple(lower, fc.webPath(), fc.option(fc.constant(`#${DIGEST.replace(':', '=')}`), { nil: '' }))
    .map(([name, path, hash]) => ({
      ...{ kind: 'https', url: new URL(`https://${name}.example${path}${hash}`) },
    })),
);

describe('a reference as text', () => {
  it('is taken apart into what it was put together from', () => {
    fc.assert(
      fc.property(references, (reference) => {
        expect(parseReference(formatReference(reference))).toEqual(reference);
      }),
      { numRuns: 500 },
    );
  });

  it('is the same after it was taken apart and put together, whatever was given', () => {
    const parts = fc.constantFrom(
      'hf:',
      'ollama:',
      'oci:',
      'a',
      'b.c',
      '/',
      ':',
      '@',
      '..',
      '.gguf',
      'Q4',
      '%2F',
      '~',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), (texts) => {
        let first: ModelReference;
        try {
          first = parseReference(texts.join(''));
        } catch (error) {
          expect(error).toEqual(BAD);
          return;
        }
        expect(parseReference(formatReference(first))).toEqual(first);
      }),
      { numRuns: 2000 },
    );
  });

  it('has neither the user name nor the password of a URL', () => {
    const url = new URL('https://user:secret@example.org/x.gguf');
    expect(formatReference({ kind: 'https', url })).toBe('https://example.org/x.gguf');
  });
});

it('refuses a reference to the hub that names a quantisation and a file', () => {
  expect(() => parseReference('hf:o/r:Q4_K_M/f.gguf')).toThrow(
    'hf:o/r:Q4_K_M/f.gguf names a quantisation and a file: only one of them can be meant',
  );
});

describe('a reference with an empty part', () => {
  it.each([
    ['hf:', 'hf: names no repository of the hub'],
    ['hf://', 'hf: names no repository of the hub'],
    ['hf:o', 'hf:o names no repository, only the owner o'],
    ['hf:o/', 'hf:o/ names no repository, only the owner o'],
    ['hf:/r', 'hf:/r names no owner, only the repository r'],
    ['hf:o/r:', 'no quantisation stands behind the colon of hf:o/r:'],
    ['hf:o/r:/f.gguf', 'no quantisation stands behind the colon of hf:o/r:/f.gguf'],
    ['hf:o/r@', 'no revision stands behind the @ of hf:o/r@'],
    ['hf:o/r@:Q4', 'no revision stands behind the @ of hf:o/r@:Q4'],
    ['hf:o/r/', 'no file stands behind the last slash of hf:o/r/'],
    ['hf:o/r@main/', 'no file stands behind the last slash of hf:o/r@main/'],
    ['https://huggingface.co/', 'https://huggingface.co/ names no repository of the hub'],
    ['https://hf.co/o', 'https://hf.co/o names no repository, only the owner o'],
    ['https://hf.co/o/r/blob/main', 'https://hf.co/o/r/blob/main names no file'],
    ['ollama:', 'ollama: names no model'],
    ['ollama:a/', 'ollama:a/ names no model'],
    ['ollama::tag', 'ollama::tag names no model'],
    ['ollama:x:', 'ollama:x: names no tag behind the colon'],
    ['oci:', 'oci: names no registry'],
    ['oci:/x', 'oci:/x names no registry'],
    ['oci:name', 'oci:name names no registry: the host comes first'],
    ['oci:docker.io/', 'oci:docker.io/ names no model at the registry docker.io'],
    ['oci:docker.io', 'oci:docker.io names no model at the registry docker.io'],
    ['oci:docker.io/x:', 'oci:docker.io/x: names no tag behind the colon'],
    ['oci:docker.io/x@', 'oci:docker.io/x@ names no digest behind the @'],
    ['docker:', 'docker: names no model'],
    ['https://', 'https:// names no host'],
    ['http:', 'http: names no host'],
    ['file://', 'file:// names no file'],
    ['foo:', 'foo: has nothing behind its colon'],
    [':foo', ':foo has nothing before its colon'],
    ['', 'no model is named'],
  ])('%s says which, and gives an example', (text, message) => {
    expect(() => parseReference(text)).toThrow(BAD);
    expect(() => parseReference(text)).toThrow(message);
    try {
      parseReference(text);
    } catch (error) {
      // Not an empty place in a sentence.
      expect((error as Error).message).toMatch(/^\S/);
      expect((error as { hint?: string }).hint).toMatch(/:\/\/|hf:|ollama:|oci:|docker:/);
    }
  });
});
