import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';

/** There is no room for a model's machine beside those that cannot be put away now, or not at all. */
export function noRoom(
  needs: {
    readonly model: string;
    readonly neededMiB: number;
    readonly usedMiB: number;
    readonly machines: number;
  },
  limits: { readonly maxMachines: number; readonly memoryMiB: number },
): ZosiaError {
  const { model, neededMiB, usedMiB, machines } = needs;
  const { maxMachines, memoryMiB } = limits;
  if (neededMiB > memoryMiB) {
    return new ZosiaError(
      'ZOSIA_SERVE_TOO_LARGE',
      `the machine of ${model} needs ${neededMiB} MiB of memory, and all machines may have ${memoryMiB} MiB`,
      {
        hint: wording`Give it a shorter context by ${option('ctx')}, allow more by ${option('memory')}, or serve a smaller model.`,
      },
    );
  }
  const isFull = machines >= maxMachines;
  return new ZosiaError(
    'ZOSIA_SERVE_NO_ROOM',
    `there is no room for the machine of ${model} now: ` +
      (isFull
        ? `${machines} machines are answering, and there may be ${maxMachines}`
        : `it needs ${neededMiB} MiB of memory, and machines that are answering have ${usedMiB} of ${memoryMiB} MiB`),
    { hint: 'Ask again when they have answered.' },
  );
}
