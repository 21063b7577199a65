import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';

/** What stands for a value in the text of a message. */
const HOLE = '\u0000';

/**
 * The texts that the TypeScript below a folder can print, as patterns: strings and templates, put together
 * where they are added up, with anything in the place of each value. Of texts of several lines the first.
 */
export async function typescriptTexts(folder: string): Promise<RegExp[]> {
  const patterns: RegExp[] = [];
  for (const path of await filesBelow(folder, '.ts')) {
    const visit = (node: ts.Node): void => {
      const text = textOf(node);
      if (text === undefined) ts.forEachChild(node, visit);
      else patterns.push(...patternOf(text));
      // A template's values may hold texts of their own.
      if (text?.includes(HOLE)) ts.forEachChild(node, visit);
    };
    const source = await readFile(path, 'utf8');
    visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest));
  }
  return patterns;
}

/** Every text that is given as a property of a name, `X` for each value in it. */
export async function typescriptLiterals(folder: string, property: string): Promise<string[]> {
  const texts: string[] = [];
  const collect = (node: ts.Node): void => {
    const text = textOf(node);
    if (text === undefined) ts.forEachChild(node, collect);
    else texts.push(text.replaceAll(HOLE, 'X'));
  };
  const visit = (node: ts.Node): void => {
    const isWanted = ts.isPropertyAssignment(node) && ts.isIdentifier(node.name);
    if (isWanted && node.name.text === property) collect(node.initializer);
    else ts.forEachChild(node, visit);
  };
  for (const path of await filesBelow(folder, '.ts')) {
    visit(ts.createSourceFile(path, await readFile(path, 'utf8'), ts.ScriptTarget.Latest));
  }
  return texts;
}

/** Those of C: string literals, adjacent ones as one, with anything for each conversion of printf. */
export async function cTexts(folder: string): Promise<RegExp[]> {
  const patterns: RegExp[] = [];
  for (const path of await filesBelow(folder, '.c')) {
    const source = await readFile(path, 'utf8');
    for (const [literal] of source.matchAll(/"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*/g)) {
      const text = literal.replace(/"\s*"/g, '').slice(1, -1);
      patterns.push(...patternOf(text.replace(/%(?:ll|l|\.\*)?[a-z]/g, HOLE)));
    }
  }
  return patterns;
}

async function filesBelow(folder: string, extension: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(extension)).map((name) => join(folder, name));
}

/** The text of an expression that is a string, holes for its values; undefined for other nodes. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map((span) => HOLE + span.literal.text).join('');
  }
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) {
    return undefined;
  }
  const parts = [textOf(node.left), textOf(node.right)];
  return parts.includes(undefined) ? undefined : parts.join('');
}

/** Below this a text says too little to be recognised by. */
const LEAST_LETTERS = 12;

function patternOf(text: string): RegExp[] {
  const [line] = text.split('\n');
  if (line!.replaceAll(HOLE, '').replace('zosia: ', '').length < LEAST_LETTERS) return [];
  const pieces = line!.split(HOLE).map((piece) => piece.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return [new RegExp(`^${pieces.join('.*')}$`)];
}
