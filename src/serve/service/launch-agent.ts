import { ZosiaError } from '../../errors.js';
import { MARKER } from './service-spec.js';
import type { ServiceSpec } from './service-spec.js';

/** What launchd calls the agent of a service. */
export const launchLabel = (name: string): string => `local.${name}`;

/** What it makes is for its user alone. */
const UMASK = 0o077;

/**
 * The property list of a launchd agent. It listens itself, from the login on: launchd gives the sockets of an
 * agent only to who calls launch_activate_socket(3), which Node.js cannot, and would hold the port meanwhile.
 *
 * @param home the user's home folder, for what it prints
 * @throws ZosiaError `ZOSIA_SERVICE_INVALID` for control characters, which XML cannot have
 */
export function launchAgent(
  { name, command, args, folder, environment }: ServiceSpec,
  home: string,
): string {
  const log = `${home}/Library/Logs/${name}.log`;
  const entries = Object.entries(environment).flatMap(([variable, value]) => [
    `    <key>${xmlText(variable)}</key>`,
    `    ${xmlString(value)}`,
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- ${MARKER} -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  ${xmlString(launchLabel(name))}
  <key>ProgramArguments</key>
  <array>
${[command, ...args].map((each) => `    ${xmlString(each)}`).join('\n')}
  </array>
  <key>WorkingDirectory</key>
  ${xmlString(folder)}
  <key>EnvironmentVariables</key>
  <dict>
${entries.join('\n')}
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ProcessType</key>
  <string>Interactive</string>
  <key>Umask</key>
  <integer>${UMASK}</integer>
  <key>ExitTimeOut</key>
  <integer>30</integer>
  <key>StandardOutPath</key>
  ${xmlString(log)}
  <key>StandardErrorPath</key>
  ${xmlString(log)}
</dict>
</plist>
`;
}

const xmlString = (text: string): string => `<string>${xmlText(text)}</string>`;

/** A text as character data; the end of a line that XML would make another one goes by its number. */
function xmlText(text: string): string {
  if (/[^\P{Cc}\t\n\r\u0080-\u009f]|[\ufffe\uffff]/u.test(text)) {
    throw new ZosiaError(
      'ZOSIA_SERVICE_INVALID',
      `launchd cannot be told ${JSON.stringify(text)}`,
      { hint: 'Leave out its control characters.' },
    );
  }
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}
