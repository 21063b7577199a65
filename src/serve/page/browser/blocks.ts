import { lexer } from 'marked';
import type { Token } from 'marked';
import { make } from '../../../html/browser/dom.js';
import { blockNode } from './markdown.js';

interface Block {
  readonly raw: string;
  readonly nodes: readonly ChildNode[];
}

/** Shows Markdown that grows: only blocks that have changed are made again. */
export class MarkdownView {
  readonly element = make('div', { class: 'markdown' });
  #blocks: Block[] = [];
  #linkCount = 0;

  /** Shows the text, and gives what its blocks say that have come since, but for the last, which may grow. */
  show(text: string): void {
    const { tokens, linkCount } = parse(text);
    // A definition at the end gives links to what is above it.
    const isSame = (index: number): boolean =>
      linkCount === this.#linkCount && this.#blocks[index]?.raw === tokens[index]?.raw;
    let kept = 0;
    while (kept < Math.min(tokens.length, this.#blocks.length) && isSame(kept)) kept += 1;
    for (const { nodes } of this.#blocks.splice(kept)) {
      for (const node of nodes) node.remove();
    }
    this.#linkCount = linkCount;
    for (const token of tokens.slice(kept)) this.#append(token);
  }

  /** Texts of the blocks, from one on. */
  textsFrom(index: number, end: number): string[] {
    return this.#blocks
      .slice(index, end)
      .map(({ nodes }) => nodes.map(spokenText).join(' ').trim());
  }

  get blockCount(): number {
    return this.#blocks.length;
  }

  #append(token: Token): void {
    const before = this.element.childNodes.length;
    const node = blockNode(token);
    if (node) this.element.append(node);
    const nodes = [...this.element.childNodes].slice(before);
    this.#blocks.push({ raw: token.raw, nodes });
  }
}

/** Without buttons, which the screen reader is not to read aloud. */
function spokenText(node: ChildNode): string {
  const code = node instanceof Element ? node.querySelector('pre') : null;
  return (code ?? node).textContent ?? '';
}

function parse(text: string): { tokens: readonly Token[]; linkCount: number } {
  try {
    const tokens = lexer(text, { gfm: true, breaks: true });
    return { tokens, linkCount: Object.keys(tokens.links).length };
  } catch {
    // Nested too deeply.
    return { tokens: [{ type: 'html', raw: text, text, pre: false, block: true }], linkCount: 0 };
  }
}
