import { Duplex } from 'node:stream';

/**
 * JavaScript for `makeFakeQemu`: QEMU's end of QMP on file descriptor 3. Has `tell(message)`, which sends
 * a message, and `onCommand`, which may be replaced. `screendump` writes the next of the given pictures,
 * the last one over and over.
 */
export function qmpMachine(pictures: readonly string[]): string {
  return `
const control = new (require('node:net').Socket)({ fd: 3 });
const tell = (message) => control.write(JSON.stringify(message) + '\\n');
const pictures = ${JSON.stringify(pictures)};
let onCommand = ({ execute, arguments: given, id }) => {
  if (execute === 'screendump') {
    writeFileSync(given.filename, pictures.length > 1 ? pictures.shift() : pictures[0]);
  }
  tell({ return: {}, id });
  if (execute === 'quit') process.exit(0);
};
tell({ QMP: { version: {}, capabilities: [] } });
let commands = '';
control.on('data', (bytes) => {
  commands += bytes;
  for (let end; (end = commands.indexOf('\\n')) !== -1; commands = commands.slice(end + 1)) {
    onCommand(JSON.parse(commands.slice(0, end)));
  }
});
`;
}

export interface QmpCommand {
  readonly execute: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly id: number;
}

/** QEMU's end of QMP as a stream: it answers commands as it is told, and says whatever is pushed. */
export class FakeQmp extends Duplex {
  readonly commands: QmpCommand[] = [];

  constructor(
    readonly onCommand: (command: QmpCommand, qmp: FakeQmp) => void = ({ id }, qmp) => {
      qmp.say({ return: {}, id });
    },
  ) {
    super();
  }

  say(message: unknown): void {
    this.push(`${JSON.stringify(message)}\r\n`);
  }

  override _read(): void {
    // What there is to say is pushed.
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    const command = JSON.parse(bytes.toString('utf8')) as QmpCommand;
    this.commands.push(command);
    this.onCommand(command, this);
    done();
  }
}
