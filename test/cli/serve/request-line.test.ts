import { describe, expect, it } from 'vitest';
import { requestLine } from '../../../src/cli/serve/request-line.js';
import type { RequestRecord } from '../../../src/serve/api/request-log.js';

const RECORD: RequestRecord = {
  method: 'POST',
  route: '/v1/chat/completions',
  model: 'phi',
  status: 200,
  isComplete: true,
  durationMs: 1234,
  promptTokens: 12,
  answerTokens: 34,
};

describe('requestLine', () => {
  it.each<[Partial<RequestRecord>, string]>([
    [{}, 'POST /v1/chat/completions phi 200 1.2 s 12+34 tokens'],
    [{ answerTokens: undefined }, 'POST /v1/chat/completions phi 200 1.2 s 12+0 tokens'],
    [
      { promptTokens: undefined, answerTokens: undefined, status: 499, isComplete: false },
      'POST /v1/chat/completions phi 499 1.2 s the client left',
    ],
    [
      { route: undefined, model: undefined, promptTokens: undefined, answerTokens: undefined },
      'POST - - 200 1.2 s',
    ],
  ])('of %o', (parts, line) => {
    expect(requestLine({ ...RECORD, ...parts })).toBe(line);
  });
});
