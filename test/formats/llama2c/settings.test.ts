import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { formatSettings, parseSettings } from '../../../src/formats/llama2c/settings/file.js';
import {
  DEFAULT_EFI_SETTINGS,
  DEFAULT_FURTHER_SETTINGS,
  GGUF_SAMPLING,
  LLAMA2C_SAMPLING,
  MAX_STOPS,
  overrideSettings,
} from '../../../src/formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../../../src/formats/llama2c/settings/settings.js';
import { buildHostProgram } from '../../guest/efi/programs.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';

const path = fc
  .string({ unit: 'binary', minLength: 1 })
  .filter((text) => !/^[ \t]|[ \t]$|[\0\r\n]|\p{Cs}/u.test(text));

const text = fc.string({ unit: 'binary' }).filter((all) => !all.includes('\0'));
const template = fc
  .tuple(fc.oneof(text, fc.constantFrom('{', '{prompt', '\\', ' ')), text)
  .map((round) => round.join('{prompt}'))
  .filter((all) => all.split('{prompt}').length === 2);

/** The pieces of a chat template, all that belong together, and perhaps a system text. */
const chat = fc.oneof(
  fc.constant({}),
  fc.record({ chatStart: text, chatUserEnd: text, chatNext: text }),
  fc.record({
    ...{ chatStart: text, chatUserEnd: text, chatNext: text },
    ...{ system: text, chatSystemStart: text, chatSystemEnd: text },
  }),
);

const whole = fc.integer({ min: 0, max: 2 ** 31 - 1 });

const anySettings: fc.Arbitrary<EfiSettings> = fc
  .record(
    {
      model: path,
      tokenizer: path,
      prompt: text,
      template,
      chat,
      stop: fc.array(
        text.filter((all) => all !== ''),
        { minLength: 1, maxLength: MAX_STOPS },
      ),
      steps: whole,
      context: whole,
      topK: whole,
      minP: fc.double({ min: 0, max: 1, noNaN: true }),
      repeatPenalty: fc.double({ min: 0.5, max: 100, noNaN: true }),
      repeatLastN: whole,
      temp: fc.double({ min: 0, max: 100, noNaN: true }),
      topP: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      chatTrimsUser: fc.boolean(),
      chatTrimsSystem: fc.boolean(),
      interactive: fc.boolean(),
      poweroff: fc.boolean(),
      mode: fc.constantFrom('generate', 'chat'),
      answer: fc.constantFrom('console', 'serial'),
    },
    { requiredKeys: [] },
  )
  .map(({ template: form, chat: pieces, ...settings }): EfiSettings => {
    if (settings.mode === 'chat') return settings;
    const isForm = form !== undefined;
    return isForm ? { ...settings, template: form } : { ...settings, ...pieces };
  });

describe('formatSettings', () => {
  it('writes a line for each given setting', () => {
    expect(formatSettings({})).toBe('');
    expect(formatSettings({ steps: undefined, temp: 0 })).toBe('temp=0\n');
    expect(formatSettings({ temp: 1e-7, prompt: 'a\\b\nc\r\td', seed: 2n ** 64n - 1n })).toBe(
      'prompt=a\\\\b\\nc\\r\\td\ntemp=0.0000001\nseed=18446744073709551615\n',
    );
    expect(formatSettings(DEFAULT_EFI_SETTINGS)).toBe(
      [
        ...['model=stories15M.bin', 'tokenizer=tokenizer.bin', 'prompt=', 'template={prompt}'],
        ...[
          'steps=256',
          'temp=1',
          'top_p=0.9',
          'seed=0',
          'interactive=0',
          'poweroff=0',
          'mode=generate',
          '',
        ],
      ].join('\n') + 'answer=console\n',
    );
  });

  it.each<[string, EfiSettings]>([
    ['steps', { steps: -1 }],
    ['steps', { steps: 2 ** 31 }],
    ['steps', { steps: 1.5 }],
    ['temp', { temp: 100.1 }],
    ['temp', { temp: NaN }],
    ['top_p', { topP: 1.01 }],
    ['top_p', { topP: -0.1 }],
    ['seed', { seed: 2n ** 64n }],
    ['seed', { seed: -1n }],
    ['prompt', { prompt: 'a\0b' }],
    ['prompt', { prompt: '\ud800' }],
    ['template', { template: '' }],
    ['template', { template: 'Q: \nA:' }],
    ['template', { template: '{prompt}{prompt}' }],
    ['template', { template: '{prompt}\0' }],
    ['top_k', { topK: -1 }],
    ['top_k', { topK: 0.5 }],
    ['min_p', { minP: 1.1 }],
    ['repeat_penalty', { repeatPenalty: 0.4 }],
    ['repeat_last_n', { repeatLastN: 2 ** 31 }],
    ['context', { context: NaN }],
    ['stop', { stop: ['a', ''] }],
    ['stop', { stop: ['a\0'] }],
    ['chat_start', { chatStart: '\0', chatUserEnd: '', chatNext: '' }],
    ['model', { model: '' }],
    ['model', { model: ' a' }],
    ['tokenizer', { tokenizer: 'a\nb' }],
    ['mode', { mode: 'sing' as 'chat' }],
  ])('refuses a bad %s (case %#)', (name, settings) => {
    expect(() => formatSettings(settings)).toThrow(zosiaError('ZOSIA_EFI_BAD_SETTING'));
    expect(() => formatSettings(settings)).toThrow(`${name} cannot be`);
  });

  it('refuses a template in mode chat, which has its own', () => {
    const bad = { mode: 'chat', template: 'Q: {prompt}' } as const;
    expect(() => formatSettings(bad)).toThrow(zosiaError('ZOSIA_EFI_BAD_SETTING'));
    expect(formatSettings({ mode: 'chat', template: '{prompt}' })).toBe(
      'template={prompt}\nmode=chat\n',
    );
  });

  it('writes a line for each stop string, of which there are eight at most', () => {
    expect(formatSettings({ stop: ['\nA', ' b'] })).toBe('stop=\\nA\nstop= b\n');
    const many = Array.from({ length: MAX_STOPS + 1 }, String);
    expect(() => formatSettings({ stop: many })).toThrow('there are 9 of stop');
    expect(() => formatSettings({ stop: many })).toThrow(zosiaError('ZOSIA_EFI_BAD_SETTING'));
    expect(() => parseSettings(many.map((each) => `stop=${each}\n`).join(''))).toThrow(
      'llama2.cfg, line 9: stop is given more than 8 times',
    );
  });

  const turns = { chatStart: 'a', chatUserEnd: 'b', chatNext: 'c' };
  it.each<[EfiSettings, string]>([
    [{ chatStart: 'a' }, 'chat_start, chat_user_end and chat_next go together'],
    [{ ...turns, chatSystemStart: '' }, 'chat_system_start and chat_system_end go together'],
    [{ ...turns, system: 'x' }, 'there is a system text, and no place for it'],
    [{ ...turns, mode: 'chat' }, 'there are pieces of a chat template, and another form'],
    [{ ...turns, template: 'Q: {prompt}' }, 'there are pieces of a chat template, and another'],
  ])('refuses the forms of %j', (settings, message) => {
    expect(() => formatSettings(settings)).toThrow(message);
    expect(() => formatSettings(settings)).toThrow(zosiaError('ZOSIA_EFI_BAD_SETTING'));
  });

  it('refuses a file larger than the application reads', () => {
    const longest = (1 << 20) - 'prompt=\n'.length;
    expect(formatSettings({ prompt: 'x'.repeat(longest) })).toHaveLength(1 << 20);
    expect(() => formatSettings({ prompt: 'x'.repeat(longest + 1) })).toThrow(
      zosiaError('ZOSIA_EFI_BAD_SETTING'),
    );
  });
});

describe('overrideSettings', () => {
  it('replaces what the changes give, and keeps what they leave undefined', () => {
    const changes = { prompt: 'Hi', steps: undefined, temp: 0 };
    expect(overrideSettings({ steps: 7, temp: 0.5 }, changes)).toStrictEqual({
      prompt: 'Hi',
      steps: 7,
      temp: 0,
    });
    expect(overrideSettings(undefined, undefined)).toStrictEqual({});
    expect(overrideSettings(DEFAULT_EFI_SETTINGS, { template: undefined })).toStrictEqual(
      DEFAULT_EFI_SETTINGS,
    );
  });
});

describe('parseSettings', () => {
  it('returns the settings that formatSettings wrote', () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        expect(parseSettings(formatSettings(settings))).toEqual(settings);
      }),
      { numRuns: 500 },
    );
  });

  it('accepts comments, empty lines, blanks and a byte order mark', () => {
    expect(
      parseSettings(
        '\ufeff# comment\r\n\r\n \tsteps = 7 \r\nprompt =  two blanks \ntemp=.5\ntop_p=1.',
      ),
    ).toEqual({ steps: 7, prompt: '  two blanks ', temp: 0.5, topP: 1 });
  });

  it('names the bad line, and returns settings or throws a ZosiaError for any text', () => {
    expect(() => parseSettings('steps=1\n\nstep=2')).toThrow(
      'llama2.cfg, line 3: there is no setting "step"',
    );
    fc.assert(
      fc.property(fileText, (text) => {
        try {
          parseSettings(text);
        } catch (error) {
          expect(error).toEqual(zosiaError('ZOSIA_EFI_BAD_SETTINGS_FILE'));
        }
      }),
      { numRuns: 500 },
    );
  });
});

const line = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .tuple(
      fc.constantFrom(
        ...['steps', 'temp', 'top_p', 'seed', 'prompt', 'model', 'mode', ' answer\t'],
        ...['template', 'template', 'chat_trims_user'],
        ...['stop', 'system', 'top_k', 'min_p', 'repeat_penalty', 'repeat_last_n', 'context'],
        ...['chat_start', 'chat_user_end', 'chat_next', 'chat_system_start', 'chat_system_end'],
      ),
      fc.constantFrom('=', ' = ', ''),
      fc.oneof(
        fc.constantFrom('', '0', '1', '1.', '.5', '.', '1e3', '-1', '101', '2147483648', ' 3\t'),
        fc.constantFrom(' {prompt}\\n', '{prompt}', '{prompt}{prompt}'),
        fc.constantFrom('\\', '\\n', '\\x', 'chat', 'serial', '18446744073709551616', 'a\0'),
        fc.string(),
      ),
    )
    .map((parts) => parts.join('')),
);
const fileText = fc
  .tuple(
    fc.constantFrom('', '\ufeff'),
    fc.array(line, { maxLength: 4 }),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([mark, lines, end]) => mark + lines.join(end));

const PIECES = [
  'chatStart',
  'chatSystemStart',
  'chatSystemEnd',
  'chatUserEnd',
  'chatNext',
] as const;

/** The application adds up the digits one by one, and keeps the sum as a float32. */
function expectNear(told: unknown, value: number): void {
  const smallestNormal = 2 ** -126;
  expect(Math.abs((told as number) - value)).toBeLessThanOrEqual(value * 1e-7 + smallestNormal);
}

/** How the application reads a file, tested with its own source compiled for this host. */
describe('the application', () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildHostProgram(folder.path, 'parse_settings');
  });
  const ask = async (
    file: string,
    kind: 'gguf' | 'llama2c' = 'llama2c',
  ): Promise<Record<string, unknown>> => {
    const { stdout } = await execa(program, [kind], { input: file });
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it('has the same defaults as the library', async () => {
    expect(await ask('')).toEqual(await ask(formatSettings(DEFAULT_EFI_SETTINGS)));
    expect(await ask('')).toEqual(await ask(formatSettings(DEFAULT_FURTHER_SETTINGS)));
    expect(await ask('')).toEqual(await ask(formatSettings(LLAMA2C_SAMPLING)));
    expect(await ask('', 'gguf')).toEqual(await ask(formatSettings(GGUF_SAMPLING)));
  });

  it('reads the same settings that formatSettings wrote', async () => {
    await fc.assert(
      fc.asyncProperty(anySettings, async (settings) => {
        const others = { ...DEFAULT_FURTHER_SETTINGS, ...LLAMA2C_SAMPLING };
        const all = { ...others, ...overrideSettings(DEFAULT_EFI_SETTINGS, settings) };
        const told = await ask(formatSettings(settings));
        expect(told).toMatchObject({
          model: all.model,
          tokenizer: all.tokenizer,
          prompt: all.prompt,
          steps: all.steps,
          seed: String(all.seed),
          trimsUser: Number(all.chatTrimsUser ?? false),
          trimsSystem: Number(all.chatTrimsSystem ?? false),
          interactive: Number(all.interactive),
          powerOff: Number(all.poweroff),
          mode: Number(all.mode === 'chat'),
          answer: Number(all.answer === 'serial'),
          system: all.system,
          context: all.context,
          topK: all.topK,
          repeatLastN: all.repeatLastN,
          chat: Number(all.chatStart !== undefined),
          takesSystem: Number(all.chatSystemStart !== undefined),
          ...Object.fromEntries(all.stop!.map((each, i) => [`stop${i}`, each])),
        });
        for (const key of PIECES) expect(told[key]).toBe(all[key]);
        expect(told).not.toHaveProperty(`stop${all.stop!.length}`);
        expect(`${told.before as string}{prompt}${told.after as string}`).toBe(all.template);
        expect(told).not.toHaveProperty('failure');
        expectNear(told.temp, all.temp);
        expectNear(told.topP, all.topP);
        expectNear(told.minP, all.minP!);
        expectNear(told.repeatPenalty, all.repeatPenalty!);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses the same lines as parseSettings', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fileText, async (text) => {
        const { failure } = await ask(text);
        let own: string | undefined;
        try {
          parseSettings(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ZosiaError);
          own = (error as ZosiaError).message;
        }
        const place = (message: string): string => message.split(':', 1)[0]!;
        expect(own && place(own)).toBe(failure && place(failure as string));
        if (own !== undefined) refused++;
      }),
      { numRuns: 250 },
    );
    expect(refused).toBeGreaterThan(20);
  });

  it('parseSettings reads a line with long runs of blanks', () => {
    const blanks = ' '.repeat(1 << 18);
    expect(parseSettings(`${blanks}model${blanks}=${blanks}x${blanks}y${blanks}`)).toEqual({
      model: `x${blanks}y`,
    });
  });
});
