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

/** @param kind of a model that says what is usual where the file is silent; `undefined` leaves that open */
async function parse(
  file: string | Uint8Array,
  kind?: 'gguf' | 'llama2c',
): Promise<Record<string, unknown>> {
  const { stdout } = await execa(program, kind === undefined ? [] : [kind], { input: file });
  return JSON.parse(stdout) as Record<string, unknown>;
}

const DEFAULTS = {
  model: 'stories15M.bin',
  tokenizer: 'tokenizer.bin',
  prompt: '',
  before: '',
  after: '',
  system: '',
  chat: 0,
  takesSystem: 0,
  trimsUser: 0,
  trimsSystem: 0,
  steps: 256,
  context: 0,
  temp: -1,
  topP: -1,
  topK: -1,
  minP: -1,
  repeatPenalty: 1,
  repeatLastN: 64,
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
      ...DEFAULTS,
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

  it('takes the pieces of a chat template, stop strings, and how tokens are chosen', async () => {
    const file = [
      'system= Be kind. ',
      'chat_start=<s>[INST] ',
      'chat_system_start=<<SYS>>\\n',
      'chat_system_end=\\n<</SYS>>\\n\\n',
      'chat_user_end= [/INST]',
      'chat_next= </s>',
      'chat_trims_user=1',
      'stop=\\n\\nUser:',
      'stop= ',
      'context= 1024 ',
      'top_k=2147483647',
      'min_p=0.25',
      'repeat_penalty=1.5',
      'repeat_last_n=0',
    ];
    expect(await parse(file.join('\n'))).toEqual({
      ...DEFAULTS,
      system: ' Be kind. ',
      chatStart: '<s>[INST] ',
      chatSystemStart: '<<SYS>>\n',
      chatSystemEnd: '\n<</SYS>>\n\n',
      chatUserEnd: ' [/INST]',
      chatNext: ' </s>',
      chat: 1,
      takesSystem: 1,
      trimsUser: 1,
      stop0: '\n\nUser:',
      stop1: ' ',
      context: 1024,
      topK: 2147483647,
      minP: 0.25,
      repeatPenalty: 1.5,
      repeatLastN: 0,
    });
  });

  it('tells a piece that is empty from one that is not given', async () => {
    expect(await parse('chat_start=\nchat_user_end=\nchat_next=')).toEqual({
      ...{ ...DEFAULTS, chat: 1 },
      ...{ chatStart: '', chatUserEnd: '', chatNext: '' },
    });
  });

  it('samples as the kind of model is sampled, but for what the file says', async () => {
    const gguf = { temp: 0.800000012, topP: 0.949999988, topK: 40, minP: 0.0500000007 };
    expect(await parse('', 'gguf')).toEqual({ ...DEFAULTS, ...gguf });
    const checkpoint = { temp: 1, topP: 0.899999976, topK: 0, minP: 0 };
    expect(await parse('', 'llama2c')).toEqual({ ...DEFAULTS, ...checkpoint });
    const said = { temp: 0, topP: 0, topK: 0, minP: 0 };
    const file = 'temp=0\ntop_p=0\ntop_k=0\nmin_p=0';
    expect(await parse(file, 'gguf')).toEqual({ ...DEFAULTS, ...said });
  });

  it('keeps eight stop strings, and refuses a ninth', async () => {
    const lines = Array.from({ length: 9 }, (_, i) => `stop=${i}`);
    const eight = await parse(lines.slice(0, 8).join('\n'));
    expect(eight).toMatchObject({ stop0: '0', stop7: '7' });
    expect(eight).not.toHaveProperty('failure');
    const nine = await parse(lines.join('\n'));
    expect(nine.failure).toContain('line 9: stop must be given eight times at most');
    expect(nine).toMatchObject({ stop7: '7' });
  });

  const TURNS = 'chat_start=a\nchat_user_end=b\nchat_next=c\n';
  it.each([
    ['chat_start=a', 'chat_start, chat_user_end and chat_next go together'],
    ['chat_system_end=a', 'chat_start, chat_user_end and chat_next go together'],
    [`${TURNS}chat_system_start=`, 'chat_system_start and chat_system_end go together'],
    [`${TURNS}chat_system_end=`, 'chat_system_start and chat_system_end go together'],
    [`${TURNS}system=x`, 'there is a system text, and no place for it'],
    ['system=x', 'there is a system text, and no place for it'],
    [`${TURNS}mode=chat`, 'there are pieces of a chat template, and another form of texts'],
    [`template=a{prompt}\n${TURNS}`, 'there are pieces of a chat template, and another form'],
  ])('refuses the forms of %j', async (file, message) => {
    expect((await parse(file)).failure).toContain(`llama2.cfg: ${message}`);
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
    ['top_k=-1', 'top_k must be a number of tokens'],
    ['top_k=2147483648', 'top_k must be'],
    ['repeat_last_n=1.5', 'repeat_last_n must be'],
    ['context=all', 'context must be a number of tokens, 0 for as many as the model can'],
    ['min_p=1.5', 'min_p must be a number from 0 to 1'],
    ['repeat_penalty=0.4', 'repeat_penalty must be a number from 0.5 to 100'],
    ['repeat_penalty=101', 'repeat_penalty must be'],
    ['stop=', 'stop must be text, not empty, in which a backslash starts \\n'],
    ['stop=\\x', 'stop must be text'],
    ['chat_next=\\', 'chat_next must be text'],
    ['system=a\nsystem=a', 'system is given a second time'],
    ['seed=18446744073709551616', 'seed must be a number of up to 64 bits'],
    ['interactive=yes', 'interactive must be 0 or 1'],
    ['chat_trims_system=2', 'chat_trims_system must be 0 or 1'],
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
      fc
        .constantFrom('temp=', 'prompt=\\', 'steps=1', 'stop=', 'chat_next=', '\r', '=', '\n')
        .map((s) => Buffer.from(s)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(lines), async (parts) => {
        expect(await parse(Buffer.concat(parts))).toHaveProperty('steps');
      }),
      { numRuns: 50 },
    );
  });
});
