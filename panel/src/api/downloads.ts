import { ask, refuse } from "./client";

/** Where storage has the file, by a URL that holds for a few minutes. */
export async function signedUrl(route: string): Promise<string> {
  const response = await ask(new Request(route, { headers: { Accept: "application/json" } }));
  await refuse(response);
  const { url } = (await response.json()) as { url: string };
  return url;
}

/** Hand the file behind a download route to the browser. */
export async function download(route: string): Promise<void> {
  const link = document.createElement("a");
  link.href = await signedUrl(route);
  await mustBeThere(link.href);
  // Storage says what the file is called.
  link.download = "";
  link.click();
}

/** A browser that is sent to what storage refuses leaves the page. */
async function mustBeThere(url: string): Promise<void> {
  const asking = new AbortController();
  const { ok, status } = await fetch(url, { signal: asking.signal });
  asking.abort();
  if (!ok) throw new Error(`Storage answered ${status}`);
}

export const artifactRoute = (modelId: string) => `/api/v1/custom-models/${modelId}/artifact`;
