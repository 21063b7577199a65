import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The Chromium of this host; undefined: it has none. */
export const CHROMIUM = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

type Message = Readonly<Record<string, unknown>>;

/** Why a page could not be used: what the DevTools protocol says. */
class ChromiumError extends Error {}

/** A page in a headless Chromium that no network can be reached from. */
export class ChromiumPage {
  /** Every URL that the page asked for, its own first. */
  readonly requests: string[] = [];
  /** What the page said on its console, and what it threw. */
  readonly complaints: string[] = [];
  #nextId = 1;
  #buffer = '';
  #session: string | undefined;
  /** Settled once Chromium has ended, or could not be started. */
  readonly #end: Promise<Error>;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #waiting = new Map<string, () => void>();

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {
    this.#end = new Promise((done) => {
      child.once('error', done).once('close', () => {
        done(new ChromiumError('Chromium has ended'));
      });
    });
    (child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      this.#take(text);
    });
  }

  /** Starts a Chromium of its own, with a profile of its own. */
  static async start(program: string): Promise<ChromiumPage> {
    const folder = mkdtempSync(join(tmpdir(), 'zosia-chromium-'));
    const child = spawn(
      program,
      [
        ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
        ...[
          '--remote-debugging-pipe',
          '--no-first-run',
          '--disable-extensions',
          '--hide-scrollbars',
        ],
        ...['--disable-background-networking', '--proxy-server=127.0.0.1:9'],
        ...[`--user-data-dir=${folder}`, 'about:blank'],
      ],
      {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
        // What Chromium keeps elsewhere, it keeps below these.
        env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder },
        // Processes of its own can then be ended with it: they would write there for a while.
        detached: true,
      },
    );
    const page = new ChromiumPage(child, folder);
    const { targetInfos } = await page.send('Target.getTargets');
    const target = (targetInfos as { type: string; targetId: string }[]).find(
      ({ type }) => type === 'page',
    );
    const targetId =
      target?.targetId ??
      (await page.send('Target.createTarget', { url: 'about:blank' }))['targetId'];
    const attached = await page.send('Target.attachToTarget', { targetId, flatten: true });
    page.#session = attached['sessionId'] as string;
    for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await page.send(`${domain}.enable`);
    return page;
  }

  /** Opens an URL, and waits until it has loaded. */
  async open(url: string): Promise<void> {
    const loaded = new Promise<void>((done) => this.#waiting.set('Page.loadEventFired', done));
    await this.send('Page.navigate', { url });
    await loaded;
  }

  /** The value of an expression in the page, once it is settled. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new ChromiumError(JSON.stringify(exceptionDetails));
    return (result as { value: T }).value;
  }

  /** Presses a key, and lets it go: `Enter`, `ArrowDown`, `a`. */
  async press(key: string): Promise<void> {
    const text = key.length === 1 ? key : key === 'Enter' ? '\r' : undefined;
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', key, ...(text ? { text } : {}) });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key });
  }

  async type(text: string): Promise<void> {
    for (const key of text) await this.press(key);
  }

  /** As a reader with such a window, colours and wish for motion has it. */
  async emulate(width: number, scheme: 'light' | 'dark' = 'light'): Promise<void> {
    const metrics = { width, height: 900, deviceScaleFactor: 1, mobile: false };
    await this.send('Emulation.setDeviceMetricsOverride', metrics);
    const features = [
      { name: 'prefers-color-scheme', value: scheme },
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ];
    await this.send('Emulation.setEmulatedMedia', { features });
  }

  /** The whole page as a PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.send('Page.captureScreenshot', { captureBeyondViewport: true });
    return Buffer.from(data as string, 'base64');
  }

  async close(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = once(this.child, 'close');
      process.kill(-this.child.pid!, 'SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20 });
  }

  /** Sends a command of the DevTools protocol, and gives its result. */
  async send(method: string, params: Message = {}): Promise<Message> {
    const id = this.#nextId++;
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    const answer = new Promise<Message>((done, fail) => {
      this.#answers.set(id, done);
      void this.#end.then(fail);
    });
    (this.child.stdio[3] as Writable).write(
      `${JSON.stringify({ id, method, params, ...session })}\0`,
    );
    const { result, error } = await answer;
    if (error) throw new ChromiumError(`${method}: ${JSON.stringify(error)}`);
    return result as Message;
  }

  #take(text: string): void {
    const messages = `${this.#buffer}${text}`.split('\0');
    this.#buffer = messages.pop()!;
    for (const message of messages) this.#receive(JSON.parse(message) as Message);
  }

  #receive(message: Message): void {
    const { id, method, params } = message;
    if (typeof id === 'number') {
      this.#answers.get(id)?.(message);
      this.#answers.delete(id);
    } else if (method === 'Network.requestWillBeSent') {
      this.requests.push((params as { request: { url: string } }).request.url);
    } else if (
      ['Runtime.exceptionThrown', 'Runtime.consoleAPICalled', 'Log.entryAdded'].includes(
        method as string,
      )
    ) {
      this.complaints.push(JSON.stringify(params));
    }
    this.#waiting.get(method as string)?.();
  }
}
