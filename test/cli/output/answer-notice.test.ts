import { describe, expect, it } from 'vitest';
import { answerNotice, reportAsJson } from '../../../src/cli/output/answer-notice.js';
import type { AnswerReport } from '../../../src/machine/machine.js';

const report = (end: AnswerReport['end']): AnswerReport => ({
  end,
  promptTokens: 200,
  tokens: 56,
  contextTokens: 256,
});

describe('the notice about an answer', () => {
  it.each(['end', 'stop', 'unknown'] as const)('is empty when the answer ended by %s', (end) => {
    expect(answerNotice(report(end), false)).toBeUndefined();
  });

  it('names the limit that cut the answer', () => {
    expect(answerNotice(report('tokens'), false)).toBe(
      'the answer was cut: it may have 56 tokens (-n)',
    );
    expect(answerNotice(report('context'), false)).toMatch(
      /^the answer was cut: the context of 256 tokens is full \(--ctx\), 200 tokens of it/,
    );
  });

  it('reports that the answer is empty, with the reason', () => {
    const ended = 'the answer is empty: the model ended it at once';
    expect(answerNotice(report('end'), true)).toBe(ended);
    expect(answerNotice(undefined, true)).toBe(ended);
    expect(answerNotice(report('tokens'), true)).toMatch(/^the answer is empty: it may have 56/);
    expect(answerNotice(report('context'), true)).toMatch(/^the answer is empty: the context of/);
  });

  it('has null in JSON for unknown values', () => {
    expect(reportAsJson(report('stop'))).toEqual({
      reason: 'stop',
      promptTokens: 200,
      tokens: 56,
      contextTokens: 256,
    });
    const unknown = { reason: 'unknown', promptTokens: null, tokens: null, contextTokens: null };
    expect(reportAsJson(undefined)).toEqual(unknown);
    const zeros = { end: 'unknown', promptTokens: 0, tokens: 0, contextTokens: 0 } as const;
    expect(reportAsJson(zeros)).toEqual(unknown);
  });
});
