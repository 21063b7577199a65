import { expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { prebuiltProgram } from '../../src/artifacts/prebuilt.js';
import { planFat } from '../../src/formats/fat/plan.js';
import { GPT_TYPE } from '../../src/formats/gpt/layout.js';
import { FIRST_PARTITION_OFFSET, planGpt } from '../../src/formats/gpt/plan.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { bytesData } from '../../src/image/file-data.js';
import { APPLICATION_PATHS } from '../../src/recipes/efi/entries.js';
import { STORIES_15M, VERSIONED_HEADER_BYTES, tensorsOf } from '../support/llama2-format.js';
import type { Llama2Shape } from '../support/llama2-format.js';
import { referenceText } from '../support/llama2-sampling.js';
import { readVocabulary } from '../support/llama2-tokens.js';
import { randomCheckpoint } from '../support/random-checkpoint.js';
import { syntheticVocabulary } from '../support/synthetic-vocabulary.js';
import { temporaryFolder } from '../support/temporary.js';
import { bootDisk } from './efi/boot.js';

const folder = temporaryFolder();

const MIB = 2 ** 20;
const PROMPT = 'Once upon a time';
const STEPS = 16;

/** A checkpoint of llama2.c has to fill its partition, of whole MiB, to the last byte. */
function shapeOfWholeMebibytes(): Llama2Shape {
  const shape = { ...STORIES_15M, dim: 64, hiddenDim: 192, headCount: 8, kvHeadCount: 4 };
  const sizeOf = (vocabularySize: number): number =>
    tensorsOf({ ...shape, vocabularySize }, 1).reduce(
      (sum, { count, rows, columns }) => sum + 4 * count * rows * columns,
      VERSIONED_HEADER_BYTES,
    );
  let vocabularySize = 8000;
  while (sizeOf(vocabularySize) % MIB !== 0) vocabularySize++;
  return { ...shape, vocabularySize };
}

it.each(ARCHITECTURES)('runs a model on %s that is a partition', async (arch) => {
  const shape = shapeOfWholeMebibytes();
  const checkpoint = randomCheckpoint(shape, { version: 1 }, 15);
  expect(checkpoint.length % MIB).toBe(0);
  const tokenizer = syntheticVocabulary(shape.vocabularySize);
  const settings =
    `model=partition\ntokenizer=tokenizer.bin\nprompt=${PROMPT}\nsteps=${STEPS}\n` +
    'temp=0\nanswer=serial\npoweroff=1\n';
  const file = (path: string, bytes: Uint8Array) => {
    return { type: 'file' as const, path, data: bytesData(bytes) };
  };
  const system = planFat(
    [
      file(APPLICATION_PATHS[arch], await prebuiltProgram(arch, 'llama2.efi')),
      file('/llama2.cfg', Buffer.from(settings)),
      file('/tokenizer.bin', tokenizer),
    ],
    { esp: true, partitionOffsetBytes: FIRST_PARTITION_OFFSET },
  );
  const disk = planGpt([
    { image: system, name: 'EFI system', typeGuid: GPT_TYPE.efiSystem },
    {
      image: bytesData(checkpoint),
      name: 'model',
      typeGuid: '7a6f7369-6101-8d6f-a465-6c6767756601',
    },
  ]);
  await writeRaw(disk, folder.file(`${arch}.img`));
  const { console, pieces } = await bootDisk(folder.file(`${arch}.img`), { arch });
  const reference = referenceText(checkpoint, readVocabulary(tokenizer), {
    ...{ steps: STEPS, temperature: 0, topP: 0.9, seed: 1, prompt: PROMPT },
  });
  expect(console).toMatch(/^Loading partition: ([\d.]+) of \1 MiB in/m);
  expect(`${PROMPT}${Buffer.concat(pieces).toString()}`).toBe(reference.text.toString());
});
