import type { Known } from './answered-part.js';
import type { Http, OpenAnswer } from './http.js';
import type { Range } from './ranges.js';
import type { RemoteFile } from './remote-file.js';
import { ifRangeOf } from './version.js';

/** The requests for the parts of one file. */
export class FileRequests {
  /** Where redirections have led, so that not every request follows them anew. */
  #location: Pick<OpenAnswer, 'url' | 'sentBy' | 'hasLeft'> | undefined;

  constructor(
    private readonly http: Http,
    private readonly file: RemoteFile,
  ) {}

  /**
   * @param range the part to ask for; all where undefined
   * @param known a part that does not go together with its bytes is not to be sent
   * @throws RequestFailure; the signal's reason when cancelled
   */
  async open(
    range: Range | undefined,
    { hasBytes, version }: Known,
    signal: AbortSignal | undefined,
  ): Promise<OpenAnswer> {
    const { http, file } = this;
    const ifRange = hasBytes ? ifRangeOf(version) : undefined;
    const headers = {
      ...(range && { range: `bytes=${range[0]}-${range[1] - 1}` }),
      ...(range && ifRange !== undefined && { 'if-range': ifRange }),
    };
    const { credentials } = file;
    const known = this.#location;
    if (known !== undefined) {
      this.#location = undefined;
      // Where a redirection has led through another origin, that has chosen the URL, even one back home.
      const answer = await http.open(known.url, {
        headers,
        signal,
        sentBy: known.sentBy,
        ...(!known.hasLeft && { credentials }),
      });
      if (answer.status < 400) {
        this.#location = known;
        return answer;
      }
      // Addresses that files are redirected to are often good for a while only.
      answer.dispose();
    }
    const answer = await http.open(file.url, { headers, signal, credentials });
    if (answer.status < 400 && answer.url.href !== file.url.href) this.#location = answer;
    return answer;
  }
}
