import type { FastifyInstance } from 'fastify';
import type { Backend, MachineState, ServedModel } from '../backend.js';
import { findModel } from './find-model.js';
import { toldAliases } from './told-aliases.js';

/** A model as OpenAI's API lists it, and what its machine is doing. */
interface ListedModel {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: 'zosia';
  readonly aliases: readonly string[];
  readonly size: number;
  readonly state: MachineState;
}

export function addModelList(app: FastifyInstance, backend: Backend): void {
  const listed = (model: ServedModel): ListedModel => ({
    id: model.name,
    object: 'model',
    created: Math.floor(model.created),
    owned_by: 'zosia',
    aliases: toldAliases(model),
    size: model.sizeBytes,
    state: backend.stateOf(model.name),
  });
  app.get('/v1/models', async () => ({
    object: 'list',
    data: (await backend.models()).map(listed),
  }));
  // Names may have slashes in them.
  app.get<{ Params: { '*': string } }>('/v1/models/*', async ({ params }) =>
    listed(findModel(await backend.models(), params['*'])),
  );
}
