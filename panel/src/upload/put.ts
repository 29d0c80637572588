/** Milliseconds without a byte after which a connection counts as lost. */
const SILENCE = 60_000;

/** Send a part to storage. A request of the old kind, since `fetch` tells no progress. */
export function put(
  url: string,
  headers: Readonly<Record<string, string>>,
  data: Blob,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) {
      // The browser sets these itself, and lets nobody else.
      if (!/^(host|content-length)$/i.test(name)) request.setRequestHeader(name, value);
    }
    const lost = () => reject(new TypeError("Storage cannot be reached"));
    const abort = () => request.abort();
    let silence = setTimeout(abort, SILENCE);
    signal.addEventListener("abort", abort);
    // What is on its way when the network goes would wait for minutes after it is back.
    window.addEventListener("offline", abort);
    request.upload.onprogress = ({ loaded }) => {
      clearTimeout(silence);
      silence = setTimeout(abort, SILENCE);
      onProgress(loaded);
    };
    request.onload = () =>
      request.status >= 200 && request.status < 300
        ? resolve()
        : reject(new Error(`Storage answered ${request.status}`));
    request.onerror = lost;
    request.onabort = () => (signal.aborted ? reject(signal.reason) : lost());
    request.onloadend = () => {
      clearTimeout(silence);
      signal.removeEventListener("abort", abort);
      window.removeEventListener("offline", abort);
    };
    request.send(data);
  });
}
