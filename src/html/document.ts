import { el } from './markup.js';
import type { Markup } from './markup.js';

export interface HtmlDocument {
  readonly title: string;
  /** What the page may do: a Content Security Policy. */
  readonly policy: string;
  /** A style sheet of our own, which goes into the page as it is. */
  readonly style: string;
  readonly body: readonly (Markup | undefined)[];
}

/** A whole page of HTML that needs nothing else. */
export function htmlDocument({ title, policy, style, body }: HtmlDocument): string {
  const head = el(
    'head',
    {},
    el('meta', { charset: 'utf-8' }),
    el('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    el('meta', { 'http-equiv': 'Content-Security-Policy', content: policy }),
    el('title', {}, title),
    el('style', {}, { markup: style }),
  );
  return `<!doctype html>\n${el('html', { lang: 'en' }, head, el('body', {}, body)).markup}\n`;
}
