import { el } from '../../html/markup.js';
import type { Markup } from '../../html/markup.js';

/** Where the page has its parts. */
export const PATHS = { script: '/chat.js', style: '/chat.css', icon: '/icon.svg' } as const;

/** The page, before its program fills it. */
export function chatDocument(): string {
  const head = el(
    'head',
    {},
    el('meta', { charset: 'utf-8' }),
    el('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    el('meta', { name: 'color-scheme', content: 'light dark' }),
    el('title', {}, 'zosia'),
    el('link', { rel: 'icon', href: PATHS.icon, type: 'image/svg+xml' }),
    el('link', { rel: 'stylesheet', href: PATHS.style }),
    el('script', { src: PATHS.script, defer: '' }),
  );
  const body = el(
    'body',
    {},
    el('a', { class: 'skip', href: '#question' }, 'To the question'),
    sidebar(),
    el('div', { id: 'shade', hidden: '' }),
    el('div', { id: 'page' }, header(), main()),
    el('div', { id: 'spoken', class: 'unseen', role: 'log', 'aria-live': 'polite' }),
  );
  return `<!doctype html>\n${el('html', { lang: 'en' }, head, body).markup}\n`;
}

function sidebar(): Markup {
  return el(
    'nav',
    { id: 'sidebar', 'aria-label': 'Conversations' },
    el('h1', {}, 'zosia'),
    button('new', 'New conversation'),
    el('ul', { id: 'conversations' }),
  );
}

function header(): Markup {
  return el(
    'header',
    {},
    el(
      'div',
      { class: 'bar' },
      el(
        'button',
        { type: 'button', id: 'chats', 'aria-expanded': 'false', 'aria-controls': 'sidebar' },
        'Chats',
      ),
      el('label', { for: 'model' }, 'Model'),
      el('select', { id: 'model', disabled: '' }, el('option', { value: '' }, 'Loading\u2026')),
    ),
    el(
      'details',
      { class: 'system' },
      el('summary', {}, 'System prompt', el('span', { id: 'system-state' })),
      el('textarea', {
        id: 'system',
        rows: 3,
        'aria-label': 'System prompt',
        placeholder: 'What the model is to know or to heed in this conversation',
      }),
    ),
  );
}

function main(): Markup {
  return el(
    'main',
    {},
    el('div', { id: 'notice', role: 'alert' }),
    el('noscript', {}, 'This page needs its program: allow it to run.'),
    el('section', { id: 'messages', 'aria-label': 'Messages', tabindex: 0 }),
    el(
      'div',
      { class: 'composer' },
      el('label', { for: 'question', class: 'unseen' }, 'Question'),
      el('textarea', {
        id: 'question',
        rows: 2,
        placeholder: 'Ask the model',
        'aria-describedby': 'keys',
      }),
      button('send', 'Send', 'primary'),
      el('button', { type: 'button', id: 'stop', hidden: '' }, 'Stop'),
      el('p', { id: 'keys' }, 'Enter sends, Shift+Enter breaks the line, Escape stops.'),
    ),
  );
}

function button(id: string, text: string, className?: string): Markup {
  return el('button', { type: 'button', id, class: className }, text);
}
