import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { zosia } from '../support/cli.js';
import { EMBEDDED_MODEL, embeddedReference } from '../support/embedded-model.js';
import { decodeToken } from '../support/llama2-tokens.js';
import type { Vocabulary } from '../support/llama2-tokens.js';
import { temporaryFolder } from '../support/temporary.js';
import { bootDisk } from './efi/boot.js';
import { withChatTemplate } from './efi/chat-model.js';
import { writeEfiDisk } from './efi/disk.js';
import { PROMPT, ask, openEfiTerminal } from './efi/terminal.js';

const [QUESTION, NEXT] = ['What is zosia?', 'Who are you?'];
const ANSWER = 'zosia turns a language model into a machine: it boots straight into the model.';

const folder = temporaryFolder();
let gguf: Buffer;
let vocabulary: Vocabulary;
beforeAll(async () => {
  gguf = await readFile(EMBEDDED_MODEL);
  ({ vocabulary } = await embeddedReference(folder.path));
});

/** Writes a disk that asks for texts. */
async function chatDisk(form: 'questions' | 'chatml', ...options: string[]): Promise<string> {
  const [model, disk] = [folder.file(`${form}.gguf`), folder.file(`${form}.img`)];
  await writeFile(model, withChatTemplate(gguf, form));
  const image = ['image', 'efi', '--model', model, '--interactive', '--poweroff', '--temp', '0'];
  const { stderr, exitCode } = await zosia([...image, ...options, '--out', disk]);
  expect(exitCode, stderr).toBe(0);
  return disk;
}

/** The text of a conversation that was saved on a disk. */
async function savedOn(disk: string, name: string): Promise<string> {
  const { stdout, stderr } = await zosia(['cat', disk, `/${name}`]);
  const lines = stdout.split('\n');
  expect(lines.slice(0, 2), stderr).toEqual(['zosia conversation 1', 'vocabulary 2048']);
  const tokens = lines.slice(2).join(' ').trim().split(/\s+/).map(Number);
  expect(tokens[0]).toBe(1);
  const pieces = tokens.map((token, i) => decodeToken(vocabulary, tokens[i - 1] ?? -1, token));
  return Buffer.concat(pieces.slice(1)).toString();
}

/** What an answer to `question` was, of what the terminal showed. */
function answerIn(shown: string): string {
  const lines = shown.trimEnd().split('\n').slice(1, -1);
  return lines.join('\n');
}

/** How many tokens `/stats` says are in the context. */
function contextIn(stats: string): number {
  expect(stats).toMatch(/^prompt: +\d+ tokens in [\d.]+ s: [\d.]+ tokens\/s$/m);
  expect(stats).toMatch(/^generation: +\d+ tokens in [\d.]+ s: [\d.]+ tokens\/s$/m);
  return Number(/^context: +(\d+) of 512 tokens$/m.exec(stats)![1]);
}

describe('a conversation with a GGUF on the EFI machine', () => {
  it.each(ARCHITECTURES)(
    'goes on on %s, is counted, saved, loaded, and begun anew',
    async (arch) => {
      const disk = await chatDisk('questions');
      const terminal = await openEfiTerminal(disk, { arch, writable: true });
      const say = (line: string): Promise<string> => ask(terminal, line);
      try {
        await terminal.shows(PROMPT);
        const help = await say('/help');
        for (const name of ['clear', 'system TEXT', 'save NAME', 'load NAME', 'stats', 'predict']) {
          expect(help).toContain(`\n/${name} `);
        }
        expect(answerIn(await say(QUESTION))).toBe(ANSWER);
        const first = contextIn(await say('/stats'));
        const reply = answerIn(await say(NEXT));
        expect(reply.length).toBeGreaterThan(20);
        const both = contextIn(await say('/stats'));
        expect(both).toBeGreaterThan(first + 10);
        expect(await say('/save TALK.TXT')).toContain(`Saved ${both} tokens as TALK.TXT.`);
        const third = answerIn(await say('Does zosia need Docker?'));

        expect(await say('/clear')).toContain('A new conversation begins.');
        expect(contextIn(await say('/stats'))).toBe(0);
        expect(answerIn(await say(QUESTION))).toBe(ANSWER);
        expect(contextIn(await say('/stats'))).toBe(first);
        expect(await say('/load TALK.TXT')).toContain(`Reading ${both} tokens from TALK.TXT...`);
        expect(contextIn(await say('/stats'))).toBe(both);
        expect(answerIn(await say('Does zosia need Docker?'))).toBe(third);

        expect(await say('/system You are a pirate.')).toContain('A new conversation begins.');
        await say(QUESTION);
        await say('/save PIRATE.TXT');
        expect(await say('/load NONE.TXT')).toContain('there is no NONE.TXT on the disk');
        expect(await say('/save')).toContain('Which name? As in /save talk.txt');
        terminal.type('/poweroff\r');
        expect(await terminal.ended()).toBe(0);

        const kept = `Q: ${QUESTION}\nA: ${ANSWER}\nQ: ${NEXT}\nA: ${reply}`;
        expect(await savedOn(disk, 'TALK.TXT')).toBe(kept);
        expect(await savedOn(disk, 'PIRATE.TXT')).toMatch(
          /^You are a pirate\.\nQ: What is zosia\?\nA: \w/,
        );
      } finally {
        terminal.kill();
      }
    },
  );

  it('is in ChatML where the template is, with the system text of the disk', async () => {
    const disk = await chatDisk('chatml', '--system', 'Be brief.', '-n', '12');
    const terminal = await openEfiTerminal(disk, { arch: 'x86_64', writable: true });
    try {
      await terminal.shows(PROMPT);
      const answers = [
        answerIn(await ask(terminal, QUESTION)),
        answerIn(await ask(terminal, NEXT)),
      ];
      await ask(terminal, '/save CHATML.TXT');
      terminal.type('/poweroff\r');
      expect(await terminal.ended()).toBe(0);
      const [first, second] = answers as [string, string];
      const said = (role: string, text: string): string => `<|im_start|>${role}\n${text}`;
      const opened = [said('system', 'Be brief.'), said('user', QUESTION)].join('<|im_end|>\n');
      const turns = [opened, said('assistant', first), said('user', NEXT)].join('<|im_end|>\n');
      expect(await savedOn(disk, 'CHATML.TXT')).toBe(
        `${turns}<|im_end|>\n${said('assistant', second)}`,
      );
    } finally {
      terminal.kill();
    }
  });

  it('stops at Ctrl+C and Escape, goes on, and refuses a text that no context holds', async () => {
    const terminal = await openEfiTerminal(await chatDisk('questions'), { arch: 'x86_64' });
    const say = (line: string): Promise<string> => ask(terminal, line);
    try {
      await terminal.shows(PROMPT);
      expect(await say('/save TALK.TXT')).toContain(
        'TALK.TXT cannot be written: the disk is read-only',
      );
      // Without sense, and so without an end.
      for (const setting of ['/top_k 0', '/top_p 1', '/min_p 0', '/temp 50', '/seed 3']) {
        await say(setting);
      }
      for (const key of ['\x03', '\x1b\x1b']) {
        await say('/clear');
        terminal.type('Tell me a story.\r');
        await terminal.shows(/story\.\S*\s+\S+ \S+/);
        terminal.type(key);
        const rest = await terminal.shows(PROMPT);
        expect(rest).not.toContain('The context is full.');
        const context = contextIn(await say('/stats'));
        expect(context).toBeGreaterThan(10);
        expect(context).toBeLessThan(400);
      }
      await say('/temp 0');
      await say('/clear');
      expect(answerIn(await say(QUESTION))).toBe(ANSWER);
      const long = await say('word '.repeat(700));
      const [, tokens] = /the prompt has (\d+) tokens, and the model can look back on 512/.exec(
        long.replaceAll('\n', ' '),
      )!;
      expect(Number(tokens)).toBeGreaterThan(700);
      expect(answerIn(await say(QUESTION)).length).toBeGreaterThan(20);
      terminal.type('\x03');
      expect(await terminal.ended()).toBe(0);
    } finally {
      terminal.kill();
    }
  });
});

describe('an answer of a GGUF for a program', () => {
  const settings = ['answer=serial', 'temp=0', 'poweroff=1', 'chat_start=Q: ', 'chat_next=\\nQ: '];

  /** The answer to the question, and what the console shows besides. */
  async function answered(more: readonly string[], files: Record<string, Buffer>) {
    const disk = folder.file('answer.img');
    const lines = [...settings, 'chat_user_end=\\nA:', `prompt=${QUESTION}`, ...more];
    await writeEfiDisk(disk, { ...files, 'llama2.cfg': `${lines.join('\n')}\n` });
    const { console, pieces } = await bootDisk(disk, { arch: 'x86_64' });
    return { console, text: Buffer.concat(pieces).toString() };
  }

  it('ends before a stop string', async () => {
    const stops = ['model=A.gguf', 'stop=nowhere', 'stop=machine: it'];
    const { text } = await answered(stops, { 'A.gguf': gguf });
    expect(text.trim()).toBe(ANSWER.slice(0, ANSWER.indexOf('machine: it')).trim());
  });

  it('comes from the only model of the disk, where the settings name none', async () => {
    const { console, text } = await answered([], { 'ONLY.gguf': gguf });
    expect(console).toMatch(/^The only model here: ONLY\.gguf, \d\.\d MiB$/m);
    expect(text.trim()).toBe(ANSWER);
  });

  it('does not wait for a choice, nor come from another model than was asked for', async () => {
    const two = await answered([], { 'A.gguf': gguf, 'B.gguf': gguf });
    expect(two.console).toContain('zosia: there are 2 models, and llama2.cfg names none');
    const other = await answered(['model=C.gguf'], { 'A.gguf': gguf });
    expect(other.console).toContain('zosia: there is no C.gguf on the disk');
    expect(two.text + other.text).toBe('');
  });
});

describe('the models of a machine', () => {
  it('are those of all disks, in folders too; none is taken at Escape', async () => {
    const [disk, beside] = [folder.file('boot.img'), folder.file('beside.img')];
    await writeEfiDisk(disk, { 'llama2.cfg': 'model=LOST.gguf\ninteractive=1\n', 'A.gguf': gguf });
    await writeEfiDisk(beside, { 'MODELS/B.gguf': gguf });
    const terminal = await openEfiTerminal(disk, { arch: 'aarch64', beside });
    try {
      const list = (await terminal.shows(PROMPT)).replaceAll('\r', '');
      expect(list).toContain('There is no LOST.gguf on the disk.');
      expect(list).toMatch(/\n\d {2}A\.gguf, \d\.\d MiB\n/);
      expect(list).toMatch(/\n\d {2}MODELS\/B\.gguf, \d\.\d MiB, on another disk\n/);
      terminal.type('\x1b\x1b');
      await terminal.shows(/zosia: no model was chosen\s+Press any key to leave\./);
    } finally {
      terminal.kill();
    }
  });
});
