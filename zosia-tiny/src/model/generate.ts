import type { Random } from '../random.js';
import { inference, softmax } from './inference.js';
import type { ModelShape } from './shape.js';

export interface GenerateOptions {
  /** 0 always takes the likeliest token. */
  readonly temperature: number;
  readonly random: Random;
  /** This token ends the text; it is not part of it. */
  readonly end: number;
}

/** Goes on from tokens until the text ends or the context is full. */
export function generate(
  shape: ModelShape,
  parameters: Float32Array,
  prompt: readonly number[],
  { temperature, random, end }: GenerateOptions,
): number[] {
  const forward = inference(shape, parameters);
  let logits: Float32Array | undefined;
  for (const token of prompt) logits = forward(token);
  if (!logits) throw new RangeError('there is nothing to go on from');
  const generated: number[] = [];
  while (prompt.length + generated.length < shape.contextLength) {
    const token =
      temperature === 0 ? logits.indexOf(Math.max(...logits)) : draw(logits, temperature, random);
    if (token === end) break;
    generated.push(token);
    logits = forward(token);
  }
  return generated;
}

function draw(logits: Float32Array, temperature: number, random: Random): number {
  let left = random.unit();
  const probabilities = softmax(logits.map((logit) => logit / temperature));
  for (const [token, probability] of probabilities.entries()) {
    left -= probability;
    if (left < 0) return token;
  }
  return probabilities.length - 1;
}
