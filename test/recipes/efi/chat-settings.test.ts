import { describe, expect, it } from 'vitest';
import { formatSettings, parseSettings } from '../../../src/formats/llama2c/settings/file.js';
import type { TakenApart } from '../../../src/recipes/chat-pieces/take-apart.js';
import { chatSettings } from '../../../src/recipes/efi/chat-settings.js';
import { zosiaError } from '../../support/errors.js';

const TALKS: TakenApart = {
  pieces: {
    start: '<user>\n',
    system: { start: '<system>\n', end: '\n<user>\n' },
    userEnd: '\n<model>\n',
    next: '<end>\n<user>\n',
    answeredUserEnd: '\n<model>\n',
  },
  whyNoSystem: undefined,
  trims: new Set(['system']),
  dropsThoughts: false,
  answerEnd: '<end>',
};

const NO_SYSTEM: TakenApart = {
  ...TALKS,
  pieces: { ...TALKS.pieces, system: undefined },
  whyNoSystem: 'it refuses one: no',
};

const FORGETS: TakenApart = { ...TALKS, pieces: { ...TALKS.pieces, next: undefined } };

const TURNS = {
  chatStart: '<user>\n',
  chatUserEnd: '\n<model>\n',
  chatNext: '<end>\n<user>\n',
};

describe('chatSettings', () => {
  it('writes the pieces, and the system text as the template trims it', () => {
    const settings = chatSettings(TALKS, ' Be kind.\n');
    expect(settings).toEqual({
      ...TURNS,
      system: 'Be kind.',
      chatSystemStart: '<system>\n',
      chatSystemEnd: '\n<user>\n',
      chatTrimsSystem: true,
    });
    expect(parseSettings(formatSettings(settings))).toEqual(settings);
    expect(chatSettings({ ...TALKS, trims: new Set() }, ' x')).toMatchObject({ system: ' x' });
    expect(chatSettings(TALKS)).not.toHaveProperty('system');
  });

  it('has what is typed trimmed as the template trims it', () => {
    const trims = new Set(['user', 'assistant'] as const);
    const settings = chatSettings({ ...TALKS, trims });
    expect(settings).toMatchObject({ ...TURNS, chatTrimsUser: true });
    expect(settings).not.toHaveProperty('chatTrimsSystem');
    expect(parseSettings(formatSettings(settings))).toEqual(settings);
    expect(chatSettings({ ...FORGETS, trims })).toMatchObject({ chatTrimsUser: true });
    expect(chatSettings({ ...NO_SYSTEM, trims: new Set(['system']) })).toEqual(TURNS);
  });

  it('refuses a system text without a place for it, and says why there is none', () => {
    expect(chatSettings(NO_SYSTEM)).toEqual(TURNS);
    expect(() => chatSettings(NO_SYSTEM, 'x')).toThrow('it refuses one: no');
    expect(() => chatSettings(NO_SYSTEM, 'x')).toThrow(zosiaError('ZOSIA_TEMPLATE_WITHOUT_SYSTEM'));
  });

  it('puts a template round each text where that forgets what was before', () => {
    expect(chatSettings(FORGETS)).toEqual({ template: '<user>\n{prompt}\n<model>\n' });
    expect(chatSettings(FORGETS, 'Be.')).toEqual({
      template: '<system>\nBe.\n<user>\n{prompt}\n<model>\n',
    });
    expect(() => chatSettings(FORGETS, '{prompt}')).toThrow(
      zosiaError('ZOSIA_TEMPLATE_NOT_PIECES'),
    );
  });
});
