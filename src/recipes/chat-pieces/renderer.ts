/**
 * The program that renders chat templates, for a process of its own: a template may loop for ever or ask for all
 * memory there is, and a thread that is out of memory can take its process with it. Text, since it is run from
 * sources and from bundles alike. Its argument is the path of the Jinja library, its input a `RenderRequest`, its
 * output a `RenderReply`. The library gives templates none of the objects of JavaScript, but a copy of what is
 * passed; of its global functions, `range` is bounded here and `strftime_now` left out, so that what a template
 * makes depends on nothing else.
 */
export const RENDERER = `'use strict';
const { readFileSync } = require('node:fs');
const { Environment, Interpreter, Template } = require(process.argv[1]);

const { template, variables, conversations, maxCharacters } = JSON.parse(readFileSync(0, 'utf8'));
const MAX_RANGE = 100_000;

class Raised extends Error {}

function range(start, stop, step = 1) {
  if (stop === undefined) [start, stop] = [0, start];
  if (![start, stop, step].every(Number.isInteger) || step === 0) throw new Error('a bad range()');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > MAX_RANGE) throw new Error('a range() of ' + length);
  return Array.from({ length }, (_, index) => start + index * step);
}

function raise(message) {
  throw new Raised(String(message));
}

function environment(messages) {
  const globals = {
    ...{ true: true, True: true, false: false, False: false, none: null, None: null },
    ...{ range, raise_exception: raise, ...variables, messages },
  };
  const made = new Environment();
  for (const [name, value] of Object.entries(globals)) made.set(name, value);
  return made;
}

const reasonOf = (error) => String((error && error.message) || error).slice(0, 300);

function render(parsed, messages) {
  try {
    const text = new Interpreter(environment(messages)).run(parsed).value;
    if (text.length > maxCharacters) return { failed: 'it makes too long a text' };
    return { text };
  } catch (error) {
    return { [error instanceof Raised ? 'raised' : 'failed']: reasonOf(error) };
  }
}

function reply() {
  let parsed;
  try {
    ({ parsed } = new Template(template));
  } catch (error) {
    return { unreadable: reasonOf(error) };
  }
  return { renderings: conversations.map((messages) => render(parsed, messages)) };
}

process.stdout.write(JSON.stringify(reply()));
`;
