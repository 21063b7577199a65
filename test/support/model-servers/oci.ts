import type { IncomingMessage, ServerResponse } from 'node:http';
import { packIndex } from './packed-model.js';
import type { PackedModel } from './packed-model.js';
import { serveBytes, serveJson, startServer } from './served-bytes.js';
import type { Intercept, ModelServer } from './served-bytes.js';

export interface OciOptions {
  /** By `name:tag`; each is served by its digest, too. */
  readonly models: Readonly<Record<string, PackedModel>>;
  /** Served by their digests alone. */
  readonly untagged?: readonly PackedModel[];
  /** Requests need this token, which the server gives to everybody who asks as a challenge says. */
  readonly token?: string;
  /** The challenge, where it is to be another; `{host}` stands for this server. */
  readonly challenge?: string;
  /** Whether it lists what refers to a manifest (OCI distribution specification 1.1, "Listing Referrers"). */
  readonly hasReferrers?: boolean;
  readonly intercept?: Intercept;
}

/** A registry that is read (OCI distribution specification 1.1, "Pull"), with Docker's tokens where one is given. */
export async function startOci(options: OciOptions): Promise<ModelServer> {
  const { models, untagged = [], token, hasReferrers = false, intercept } = options;
  const challenge =
    options.challenge ??
    'Bearer realm="http://{host}/token",service="registry of a test",scope="x"';

  const answer = (request: IncomingMessage, response: ServerResponse, url: URL): void => {
    if (url.pathname === '/token' && token !== undefined) {
      serveJson(response, { token, expires_in: 300 });
      return;
    }
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      const header = challenge.replace('{host}', request.headers.host!);
      serveJson(
        response,
        { errors: [{ code: 'UNAUTHORIZED' }] },
        {
          ...{ status: 401, headers: { 'www-authenticate': header } },
        },
      );
      return;
    }
    const [, subject] = /\/referrers\/(sha256:.*)$/.exec(url.pathname) ?? [];
    if (subject !== undefined && hasReferrers) {
      const { manifest, mediaType } = referring(untagged, subject);
      response.writeHead(200, { 'content-type': mediaType }).end(manifest);
      return;
    }
    const asked = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url.pathname);
    const [, name = '', kind, version = ''] = asked ?? [];
    const all = [...Object.values(models), ...untagged];
    const model =
      kind === 'manifests'
        ? (models[`${name}:${version}`] ?? all.find(({ digest }) => digest === version))
        : undefined;
    const blob =
      kind === 'blobs'
        ? all.map(({ blobs }) => blobs.get(version)).find((bytes) => bytes)
        : undefined;
    if (model) {
      response.writeHead(200, {
        'content-type': model.mediaType,
        'docker-content-digest': model.digest,
      });
      response.end(model.manifest);
    } else if (blob) serveBytes(request, response, blob);
    else serveJson(response, { errors: [{ code: 'MANIFEST_UNKNOWN' }] }, { status: 404 });
  };
  return startServer(answer, intercept);
}

/** The list of what refers to a manifest. */
export function referring(models: readonly PackedModel[], subject: string): PackedModel {
  return packIndex(
    models.flatMap((model) => {
      const said = JSON.parse(Buffer.from(model.manifest).toString()) as {
        subject?: { digest: string };
        artifactType?: string;
      };
      if (said.subject?.digest !== subject) return [];
      return [
        { model, ...(said.artifactType !== undefined && { artifactType: said.artifactType }) },
      ];
    }),
  );
}
