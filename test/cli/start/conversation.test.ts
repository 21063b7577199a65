import { describe, expect, it } from 'vitest';
import { conversationOf } from '../../../src/cli/start/conversation.js';
import { PLAIN_TEXT_TEMPLATE } from '../../../src/recipes/chat-template.js';
import { zosiaError } from '../../support/errors.js';

const REQUEST = { args: ['--temp', '0'] };
const COMPLETES = { hasChatTemplate: false, chatTemplate: undefined };
const LOOP = '{% for m in messages %}{{ m.content }}{% endfor %}';
const TALKS = { hasChatTemplate: true, chatTemplate: LOOP };
const ONLY_LAST = { hasChatTemplate: true, chatTemplate: '{{ messages[-1].content }}' };

describe('how a model is talked to', () => {
  it('is by its own template', () => {
    const asked = { request: REQUEST, hasTurns: true, notes: [] };
    expect(conversationOf(REQUEST, {}, TALKS)).toEqual(asked);
    expect(conversationOf(REQUEST, { prompt: 'x', system: 'y' }, TALKS)).toEqual(asked);
  });

  it('is as a text that it goes on from when it has none, with a note, in a chat and for one answer', () => {
    const notes = [expect.stringContaining('has no chat template') as string];
    const chat = conversationOf(REQUEST, {}, COMPLETES);
    expect(chat).toMatchObject({ hasTurns: false, notes });
    expect(chat.request.chatTemplate).toBe(PLAIN_TEXT_TEMPLATE);
    const one = conversationOf(REQUEST, { prompt: 'x' }, COMPLETES);
    expect(one).toEqual({ request: REQUEST, hasTurns: false, notes });
  });

  it('is by a template that was asked for, without a note', () => {
    const named = conversationOf(REQUEST, { chatTemplate: 'chatml' }, COMPLETES);
    expect(named).toEqual({ request: REQUEST, hasTurns: true, notes: [] });
    const none = conversationOf(REQUEST, { chatTemplate: 'none', prompt: 'x' }, TALKS);
    expect(none).toEqual({ request: REQUEST, hasTurns: false, notes: [] });
  });

  it('is left to the guest when nothing is known of the model', () => {
    const unknown = conversationOf(REQUEST, { system: 'x' }, undefined);
    expect(unknown).toEqual({ request: REQUEST, hasTurns: false, notes: [] });
  });

  it('is with a note on a system prompt that the template drops', () => {
    const { notes } = conversationOf(REQUEST, { system: 'x' }, ONLY_LAST);
    expect(notes).toEqual([expect.stringContaining('no place for a system prompt')]);
    expect(conversationOf(REQUEST, {}, ONLY_LAST).notes).toEqual([]);
  });

  it('is refused for a system prompt without a template', () => {
    for (const [flags, model] of [
      [{ system: 'x' }, COMPLETES],
      [{ system: 'x', chatTemplate: 'none' }, TALKS],
    ] as const) {
      expect(() => conversationOf(REQUEST, flags, model)).toThrow(zosiaError('ZOSIA_BAD_OPTION'));
    }
  });

  it('has a template that adds nothing before an answer, and no reasoning, in a chat in JSON', () => {
    const flags = { jsonSchema: '{}' };
    const chat = conversationOf(REQUEST, flags, TALKS).request;
    expect(chat.hideReasoning).toBe(true);
    expect(chat.chatTemplate).toBe(`{%- set add_generation_prompt = true %}${LOOP}`);
    // The server in a guest has the schema with each request.
    expect(conversationOf(REQUEST, { ...flags, prompt: 'x' }, TALKS).request).toEqual(REQUEST);
    expect(() => conversationOf(REQUEST, { ...flags, chatTemplate: 'chatml' }, TALKS)).toThrow(
      /needs the text of its template, which chatml has in llama\.cpp alone/,
    );
  });
});
