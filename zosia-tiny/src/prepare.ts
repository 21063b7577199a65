import { CorpusDigest } from './corpus/digest.js';
import { documents } from './corpus/documents.js';
import type { Document } from './corpus/documents.js';
import { exampleOf } from './data.js';
import type { Example } from './data.js';
import type { Recipe } from './recipe.js';
import { Encoder } from './tokenizer/encoder.js';
import { learnVocabulary } from './tokenizer/learn.js';
import type { Vocabulary } from './tokenizer/vocabulary.js';

export interface Prepared {
  readonly vocabulary: Vocabulary;
  readonly training: readonly Example[];
  readonly validation: readonly Example[];
  /** Of the documents that `training` was made of. */
  readonly corpusSha256: string;
}

/** The documents of a recipe that a model learns from. */
export function trainingDocuments({ seed, documentCount }: Recipe): Generator<Document> {
  return first(documents(seed, 'training'), documentCount);
}

/** Generates a recipe's texts and learns their vocabulary. */
export function prepare(recipe: Recipe): Prepared {
  const { shape, seed } = recipe;
  const vocabulary = learnVocabulary(
    textsOf(first(trainingDocuments(recipe), recipe.vocabularyDocumentCount)),
    shape.vocabularySize,
  );
  const encoder = new Encoder(vocabulary);
  const examples = (source: Iterable<Document>): Example[] =>
    Array.from(source, (document) => exampleOf(document, encoder, shape.contextLength));
  const digest = new CorpusDigest();
  const training = examples(
    each(trainingDocuments(recipe), (document) => {
      digest.add(document);
    }),
  );
  return {
    vocabulary,
    training,
    corpusSha256: digest.sha256(),
    validation: examples(first(documents(seed, 'validation'), recipe.validationDocumentCount)),
  };
}

/** Texts as they are encoded: what begins a turn begins with a space. */
function* textsOf(source: Iterable<Document>): Generator<string> {
  for (const { turns } of source) {
    for (const turn of turns) yield ` ${turn.map(({ text }) => text).join('')}`;
  }
}

function* first<T>(source: Iterable<T>, count: number): Generator<T> {
  if (count === 0) return;
  let taken = 0;
  for (const item of source) {
    yield item;
    if (++taken === count) return;
  }
}

function* each<T>(source: Iterable<T>, see: (item: T) => void): Generator<T> {
  for (const item of source) {
    see(item);
    yield item;
  }
}
