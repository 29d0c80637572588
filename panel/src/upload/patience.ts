import { Problem } from "../api/problem";

/** Milliseconds before each try: the first comes at once, and so does the first repetition. */
export const RETRY_DELAYS = [0, 3_000, 5_000, 10_000, 20_000, 30_000, 60_000] as const;

const TOO_MUCH_AT_ONCE = new Set([408, 429]);

/** Try until it works, as long as another try may help; the last failure is thrown. */
export async function patiently<Result>(
  attempt: () => Promise<Result>,
  signal: AbortSignal,
  delays: readonly number[] = RETRY_DELAYS,
): Promise<Result> {
  let tries = 0;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (failure) {
      const delay = delays[tries++];
      if (signal.aborted || delay === undefined || isFinal(failure)) throw failure;
      await pause(delay, signal);
    }
  }
}

/** A refusal that is of the request's making stays one. */
function isFinal(failure: unknown): boolean {
  return (
    failure instanceof Problem && failure.status < 500 && !TOO_MUCH_AT_ONCE.has(failure.status)
  );
}

/** Wait, but no longer than until the connection is back or nobody waits any more. */
function pause(delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(finish, delay);
    function finish() {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", finish);
      signal.removeEventListener("abort", finish);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    }
    globalThis.addEventListener?.("online", finish);
    signal.addEventListener("abort", finish);
  });
}
