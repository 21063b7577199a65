import { expect, it } from 'vitest';
import { NamedModels } from '../../src/models/named-models.js';
import { requireNamed } from '../../src/models/require-named.js';
import { ModelStore } from '../../src/models/store/store.js';
import { temporaryFolder } from '../support/temporary.js';
import { NO_CACHES } from './store/fixtures.js';

const folder = temporaryFolder();

it.each([
  ['phi-3.5-mni', 'Did you mean phi-3.5-mini? zosia model list tells all names.'],
  ['nothing-like-it', 'zosia model list tells the names there are.'],
  ['phi-3.5-mini', 'zosia model pull phi-3.5-mini downloads it.'],
])('requireNamed proposes what %s may have meant, the catalogue included', async (name, hint) => {
  const models = new NamedModels({ store: new ModelStore(folder.path), caches: NO_CACHES });
  await expect(requireNamed(models, name)).rejects.toMatchObject({
    code: 'ZOSIA_MODEL_NOT_FOUND',
    hint,
  });
});
