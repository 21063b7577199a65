import { describe, expect, it } from 'vitest';
import { aliasOwners, withAliases } from '../../../src/serve/models/with-aliases.js';
import { zosiaError } from '../../support/errors.js';
import { servedEntry } from './entries.js';

const TWO = [servedEntry('phi', 'phi.gguf', 'hf:a/phi'), servedEntry('qwen', 'gpt')];

describe('an alias', () => {
  it('stands for the model that it is given to, by name or another alias', () => {
    const owners = aliasOwners(TWO, [
      { alias: 'gpt-4o', model: 'qwen' },
      { alias: 'small', model: 'hf:a/phi' },
    ]);
    expect(withAliases(TWO, owners).map(({ aliases }) => aliases)).toEqual([
      ['small', 'phi.gguf', 'hf:a/phi'],
      ['gpt-4o', 'gpt'],
    ]);
  });

  it('stands for the only model where none is named', () => {
    const owners = aliasOwners([TWO[0]!], [{ alias: 'gpt-4o' }]);
    expect(withAliases([TWO[0]!], owners)[0]!.aliases).toContain('gpt-4o');
  });

  it('is taken from a model that has it by itself', () => {
    const owners = aliasOwners(TWO, [{ alias: 'gpt', model: 'phi' }]);
    expect(withAliases(TWO, owners).map(({ aliases }) => aliases.includes('gpt'))).toEqual([
      true,
      false,
    ]);
  });

  it('goes and comes with its model, whichever others there are', () => {
    const owners = aliasOwners([TWO[0]!], [{ alias: 'gpt-4o' }]);
    const [phi, qwen] = [TWO[0]!, TWO[1]!];
    expect(withAliases([qwen], owners)).toEqual([qwen]);
    expect(withAliases([], owners)).toEqual([]);
    expect(withAliases([qwen, phi], owners)[1]!.aliases).toContain('gpt-4o');
    // One that is pulled under that name is asked for by it: names come first.
    expect(withAliases([servedEntry('gpt-4o'), phi], owners)).toHaveLength(2);
  });

  it.each([
    [{ alias: 'gpt-4o' }, /of 2 models.* "gpt-4o"/],
    [{ alias: 'gpt-4o', model: 'phj' }, /"gpt-4o" cannot stand for "phj"/],
    [{ alias: 'qwen', model: 'phi' }, /"qwen" is the name of a model itself/],
  ])('is refused: %o', (alias, message) => {
    const refused = () => aliasOwners(TWO, [alias]);
    expect(refused).toThrow(zosiaError('ZOSIA_SERVE_ALIAS'));
    expect(refused).toThrow(message);
  });

  it('is refused with the name that may have been meant', () => {
    expect(() => aliasOwners(TWO, [{ alias: 'x', model: 'qwem' }])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('x=qwen') as string }) as Error,
    );
  });
});
