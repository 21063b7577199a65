import type { PackedModel } from './packed-model.js';

/**
 * Puts a model into a registry (OCI distribution specification 1.1, "Push"): its blobs, each by one POST and one
 * PUT, then its manifest.
 */
export async function push(
  registry: URL,
  repository: string,
  tag: string,
  model: PackedModel,
): Promise<void> {
  for (const [digest, bytes] of model.blobs) {
    const begun = await send('POST', new URL(`/v2/${repository}/blobs/uploads/`, registry));
    const place = new URL(begun.headers.get('location')!, registry);
    place.searchParams.set('digest', digest);
    await send('PUT', place, bytes, 'application/octet-stream');
  }
  await send(
    'PUT',
    new URL(`/v2/${repository}/manifests/${tag}`, registry),
    model.manifest,
    model.mediaType,
  );
}

async function send(
  method: string,
  url: URL,
  bytes?: Uint8Array,
  type?: string,
): Promise<Response> {
  const response = await fetch(url, {
    method,
    ...(bytes && { body: Buffer.from(bytes), headers: { 'content-type': type! } }),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`${method} ${url.pathname}: ${response.status} ${body}`);
  return response;
}
