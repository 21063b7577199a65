import { describe, expect, it } from 'vitest';
import { ZosiaError } from '../src/errors.js';
import { option, shortened, wording } from '../src/wording.js';

describe('wording', () => {
  const text = wording`Use ${option('accel', 'tcg')} on ${2} hosts, or leave out ${option('ramMiB')}.`;

  it('uses the names of options in the library', () => {
    expect(String(text)).toBe('Use accel=tcg on 2 hosts, or leave out ramMiB.');
    expect(text.options.map(({ name }) => name)).toEqual(['accel', 'ramMiB']);
  });

  it('uses the words of a front end, or else the name in the library', () => {
    const word = ({ name, value }: { name: string; value?: string | number | undefined }) =>
      name === 'accel' ? `--accel ${value!}` : undefined;
    expect(text.in(word)).toBe('Use --accel tcg on 2 hosts, or leave out ramMiB.');
  });

  it('does not interpret a value as an option', () => {
    const path = 'a `ramMiB` ${option} --ram';
    expect(wording`${path}: ${wording`${option('out')}`}`.in(() => '--out')).toBe(`${path}: --out`);
  });
});

describe('ZosiaError', () => {
  it('has the first option in its texts as its subject', () => {
    const hint = [wording`Give less with ${option('ramMiB')}.`, 'Give less.'] as const;
    const error = new ZosiaError('ZOSIA_TOO_MUCH', 'it is too much', { hint });
    expect(error).toMatchObject({ hint: 'Give less with ramMiB.', subject: { option: 'ramMiB' } });
    const bad = new ZosiaError('ZOSIA_BAD_OPTION', wording`${option('cpus')} is 0`, { hint });
    expect(bad).toMatchObject({ message: 'cpus is 0', subject: { option: 'cpus' } });
    expect(new ZosiaError('ZOSIA_TOO_MUCH', 'it is too much').subject).toBeUndefined();
  });
});

it('shortens a text to as many characters', () => {
  expect(shortened('中文', 2)).toBe('中文');
  expect(shortened('😀中文', 2)).toBe('😀…');
});
