import { describe, expect, it } from 'vitest';
import { parseConversation, sentMessages, titleOf } from '../../../src/serve/page/conversation.js';
import type { Conversation, Message } from '../../../src/serve/page/conversation.js';

const conversation = (messages: Message[], more: Partial<Conversation> = {}): Conversation => ({
  id: 'a',
  system: '',
  changed: 1,
  messages,
  ...more,
});
const question = (content: string): Message => ({ role: 'user', content });
const answer = (content: string): Message => ({ role: 'assistant', content, ending: 'complete' });

describe('sentMessages', () => {
  it('puts the system prompt first', () => {
    expect(sentMessages(conversation([question('a')], { system: 's' }))).toEqual([
      { role: 'system', content: 's' },
      { role: 'user', content: 'a' },
    ]);
  });

  it('leaves out answers that never came, and puts the questions around them together', () => {
    const failed: Message = { role: 'assistant', content: '', ending: 'failed', error: 'x' };
    const messages = [question('a'), failed, question('b'), answer('c'), question('d')];
    expect(sentMessages(conversation(messages))).toEqual([
      { role: 'user', content: 'a\n\nb' },
      { role: 'assistant', content: 'c' },
      { role: 'user', content: 'd' },
    ]);
  });

  it('sends nothing but the role and the content', () => {
    const thought = { ...answer('b'), reasoning: 'r', model: 'm' };
    expect(sentMessages(conversation([question('a'), thought]))[1]).toEqual({
      role: 'assistant',
      content: 'b',
    });
  });
});

describe('titleOf', () => {
  it.each([
    ['of a conversation without messages', conversation([]), 'New conversation'],
    ['on one line', conversation([question(' a\n b ')]), 'a b'],
    ['given', conversation([question('a')], { title: 't' }), 't'],
    ['cut between characters', conversation([question('😀'.repeat(99))]), `${'😀'.repeat(60)}…`],
  ])('%s', (_, given, title) => {
    expect(titleOf(given)).toBe(title);
  });
});

describe('parseConversation', () => {
  it('reads what was kept', () => {
    const kept = conversation([question('a'), answer('b')]);
    expect(parseConversation(JSON.stringify(kept))).toEqual(kept);
  });

  it('takes an answer that was coming as stopped', () => {
    const kept = conversation([question('a'), { role: 'assistant', content: 'b' }]);
    expect(parseConversation(JSON.stringify(kept))?.messages[1]?.ending).toBe('stopped');
  });

  it.each(['', 'null', '[]', '{}', '{"id":"a","system":"","changed":1,"messages":[{}]}'])(
    'refuses %j',
    (json) => {
      expect(parseConversation(json)).toBeUndefined();
    },
  );
});
