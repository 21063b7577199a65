import { describe, expect, it } from 'vitest';
import { parseAnswerReport, parseGuestFault } from '../../../src/machine/linux/answer-report.js';

describe("the guest's report on its answer", () => {
  it('has the reason for the end and the number of tokens', () => {
    expect(
      parseAnswerReport('zosia: answer end=context prompt_tokens=3 tokens=254 context=256'),
    ).toEqual({ end: 'context', promptTokens: 3, tokens: 254, contextTokens: 256 });
    expect(
      parseAnswerReport('zosia: answer end=bored prompt_tokens=3 tokens=1 context=256'),
    ).toBeUndefined();
    expect(parseAnswerReport('zosia: shutting down')).toBeUndefined();
  });

  it('has the tokens of a prompt that is too long, and the tokens that fit', () => {
    const fault = parseGuestFault('zosia: the prompt is too long: tokens=301 room=300');
    expect(fault?.code).toBe('ZOSIA_PROMPT_TOO_LONG');
    expect(fault?.message).toMatch(/301 tokens.*300/);
  });

  it('has the reason why a chat template cannot be used', () => {
    const fault = parseGuestFault('zosia: the chat template cannot be used: Jinja Exception: no');
    expect(fault?.code).toBe('ZOSIA_TEMPLATE_UNUSABLE');
    expect(fault?.message).toContain('Jinja Exception: no');
    expect(fault?.subject).toEqual({ option: 'chatTemplate' });
    expect(parseGuestFault('zosia: init')).toBeUndefined();
  });
});
