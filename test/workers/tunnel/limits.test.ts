import { describe, expect, it } from 'vitest';
import { Handshakes } from '../../../src/workers/tunnel/limits.js';
import { limitedNotes } from '../../../src/workers/tunnel/notes.js';

describe('Handshakes', () => {
  it('counts them in all and by address, and each once', () => {
    const handshakes = new Handshakes({ handshakes: 3, handshakesPerAddress: 2 });
    const first = handshakes.begin('a');
    const second = handshakes.begin('a');
    expect(first && second).toBeDefined();
    expect(handshakes.begin('a')).toBeUndefined();
    expect(handshakes.begin('b')).toBeDefined();
    expect(handshakes.begin('c')).toBeUndefined();
    first!();
    first!();
    expect(handshakes.begin('c')).toBeDefined();
    expect(handshakes.begin('d')).toBeUndefined();
    second!();
    expect(handshakes.begin('a')).toBeDefined();
  });
});

describe('limitedNotes', () => {
  it('passes on ten a minute, and says how many it has left out', () => {
    const told: string[] = [];
    let nowMs = 0;
    const note = limitedNotes(
      (text) => told.push(text),
      () => nowMs,
    );
    for (let count = 1; count <= 25; count++) note(`note ${count}`);
    expect(told).toHaveLength(10);
    expect(told.at(-1)).toBe('note 10');
    nowMs = 60_000;
    note('note 26');
    note('note 27');
    expect(told.slice(10)).toEqual(['note 26 (15 notes before it were left out)', 'note 27']);
  });
});
