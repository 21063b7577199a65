import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildHostProgram } from './programs.js';

const folder = temporaryFolder();
let program: string;
beforeAll(async () => {
  program = await buildHostProgram(folder.path, 'parse_settings');
});

async function parse(file: string | Uint8Array): Promise<Record<string, unknown>> {
  const { stdout } = await execa(program, { input: file });
  return JSON.parse(stdout) as Record<string, unknown>;
}

const DEFAULTS = {
  model: 'stories15M.bin',
  tokenizer: 'tokenizer.bin',
  prompt: '',
  before: '',
  after: '',
  steps: 256,
  temp: 1,
  topP: 0.899999976,
  seed: '0',
  interactive: 0,
  powerOff: 0,
  mode: 0,
  answer: 0,
};

describe('llama2.cfg', () => {
  it('may be empty', async () => {
    expect(await parse('')).toEqual(DEFAULTS);
    expect(await parse('\ufeff# nothing\r\n\n  \t\n #\n')).toEqual(DEFAULTS);
  });

  it('sets every setting', async () => {
    const file = [
      '# all of it',
      'model = models/my model.bin ',
      '\ttokenizer=tök.bin',
      'prompt=  Once\\n\\"upon\\" '.replaceAll('\\"', '"'),
      'template= Q:\\t{prompt}\\nA: ',
      'steps=0',
      'temp=0.5',
      'top_p=1.',
      'seed=18446744073709551615',
      'interactive=1',
      'poweroff=1',
      'mode=generate',
      'answer=serial',
    ];
    const expected = {
      model: 'models/my model.bin',
      tokenizer: 'tök.bin',
      prompt: '  Once\n"upon" ',
      before: ' Q:\t',
      after: '\nA: ',
      steps: 0,
      temp: 0.5,
      topP: 1,
      seed: '18446744073709551615',
      interactive: 1,
      powerOff: 1,
      mode: 0,
      answer: 1,
    };
    expect(await parse(file.join('\n'))).toEqual(expected);
    expect(await parse(`${file.join('\r\n')}\r\n`)).toEqual(expected);
  });

  it.each([
    ['steps', '"steps" is not of the form name=value'],
    ['step=3', 'there is no setting "step"'],
    ['=3', 'there is no setting ""'],
    ['steps=', 'steps must be a number of tokens'],
    ['steps=-1', 'steps must be'],
    ['steps=2147483648', 'steps must be'],
    ['temp=hot', 'temp must be a number from 0 to 100'],
    ['temp=100.5', 'temp must be'],
    ['temp=.', 'temp must be'],
    [`temp=${'9'.repeat(400)}.${'9'.repeat(400)}`, 'temp must be'],
    ['top_p=1.01', 'top_p must be a number from 0 to 1'],
    ['top_p=0.5.5', 'top_p must be'],
    ['seed=18446744073709551616', 'seed must be a number of up to 64 bits'],
    ['interactive=yes', 'interactive must be 0 or 1'],
    ['mode=sing', 'mode must be generate or chat'],
    ['answer=', 'answer must be console or serial'],
    ['model=', 'model must be the name of a file'],
    ['prompt=a\\x', 'prompt must be text in which a backslash starts \\n, \\r, \\t or \\\\'],
    ['prompt=a\\', 'prompt must be text'],
    [
      'template=',
      'template must be text with {prompt} in it once, in which a backslash starts \\n',
    ],
    ['template=Q: prompt', 'template must be text'],
    ['template={prompt} {prompt}', 'template must be text'],
    ['template={prompt}\\x', 'template must be text'],
    ['temp=1\ntemp=1', 'temp is given a second time'],
    ['prompt=a\0b', 'it has a NUL byte'],
  ])('reports the malformed line of %j', async (lines, message) => {
    const number = 2 + lines.split('\n').length;
    const { failure } = await parse(`# first\n\n${lines}\n`);
    expect(failure).toContain(`llama2.cfg, line ${number}: ${message}`);
  });

  it('reads on after a malformed line, and reports the first', async () => {
    expect(await parse('seed=x\npoweroff=1\nsteps=x')).toMatchObject({
      failure: expect.stringContaining('line 1: seed'),
      powerOff: 1,
      steps: 256,
    });
  });

  it.each([
    ['{prompt}', '', ''],
    ['{{prompt}}', '{', '}'],
    ['{prompt{prompt}prompt}', '{prompt', 'prompt}'],
    ['{{prompt\\\\{prompt}{PROMPT}', '{{prompt\\', '{PROMPT}'],
  ])('finds the place of the prompt in %s', async (template, before, after) => {
    expect(await parse(`template=${template}`)).toEqual({ ...DEFAULTS, before, after });
  });

  it('refuses a template in chat mode, in either order', async () => {
    for (const file of ['mode=chat\ntemplate=a{prompt}', 'template={prompt}a\nmode=chat']) {
      expect((await parse(file)).failure).toMatch(
        /^llama2\.cfg: there is a template, and mode=chat/,
      );
    }
    const chat = await parse('mode=chat\ntemplate={prompt}');
    expect(chat).toEqual({ ...DEFAULTS, mode: 1 });
    expect((await parse('seed=x\nmode=chat\ntemplate=a{prompt}')).failure).toContain(
      'line 1: seed',
    );
  });

  it('returns any escaped prompt unchanged', async () => {
    const escape = (text: string): string =>
      text.replace(/[\\\n\r\t]/g, (c) => `\\${{ '\n': 'n', '\r': 'r', '\t': 't' }[c] ?? '\\'}`);
    const prompts = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(prompts, async (prompt) => {
        expect(await parse(`prompt=${escape(prompt)}\n`)).toEqual({ ...DEFAULTS, prompt });
      }),
      { numRuns: 50 },
    );
  });

  it('reads arbitrary bytes without undefined behaviour', async () => {
    const lines = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom('temp=', 'prompt=\\', 'steps=1', '\r', '=', '\n').map((s) => Buffer.from(s)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(lines), async (parts) => {
        expect(await parse(Buffer.concat(parts))).toHaveProperty('steps');
      }),
      { numRuns: 50 },
    );
  });
});
