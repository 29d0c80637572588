/**
 * Which models have an upload that began in this browser and has not come to its end.
 *
 * All tabs share what is remembered of it: one at a time goes on with it, under a lock.
 */

import { useEffect, useState } from "react";

const PREFIXES = { upload: "argot.upload.", batch: "argot.batch." };
const key = (modelId: string) => PREFIXES.upload + modelId;
const batchKey = (modelId: string) => PREFIXES.batch + modelId;
/** Where Uppy keeps files and what it knows of them. */
export const STORE = "uppy-blobs";

export function isUnfinished(modelId: string): boolean {
  return localStorage.getItem(key(modelId)) !== null;
}

/** Whether an upload waits for somebody to go on with it. */
export async function isLeft(modelId: string): Promise<boolean> {
  if (!isUnfinished(modelId)) return false;
  const { held } = await navigator.locks.query();
  return !held?.some(({ name }) => name === key(modelId));
}

/** Whether this tab has the lock of a model, kept as long as it is mounted; null until known. */
export function useUploadLock(modelId: string): boolean | null {
  const [mine, setMine] = useState<boolean | null>(null);
  useEffect(() => {
    const end = new AbortController();
    void navigator.locks.request(key(modelId), { ifAvailable: true }, (lock) => {
      if (end.signal.aborted) return;
      setMine(lock !== null);
      return new Promise((resolve) => end.signal.addEventListener("abort", resolve));
    });
    return () => end.abort();
  }, [modelId]);
  return mine;
}

/**
 * The name of the batch that is remembered, or of a new one.
 *
 * What is remembered of a batch is written somewhat later, also for one that was forgotten
 * meanwhile: under a name of its own it is not taken for the next.
 */
export function batchOf(modelId: string): string {
  const batch = localStorage.getItem(batchKey(modelId)) ?? crypto.randomUUID();
  localStorage.setItem(batchKey(modelId), batch);
  return batch;
}

export function forgetBatch(modelId: string): void {
  markFinished(modelId);
  localStorage.removeItem(batchKey(modelId));
}

/** Nothing that one user has begun is for the next to go on with. */
export function forgetUploads(): void {
  for (const name of Object.keys(localStorage)) {
    if (Object.values(PREFIXES).some((prefix) => name.startsWith(prefix))) {
      localStorage.removeItem(name);
    }
  }
  indexedDB.deleteDatabase(STORE);
}

export function markUnfinished(modelId: string): void {
  localStorage.setItem(key(modelId), "yes");
}

export function markFinished(modelId: string): void {
  localStorage.removeItem(key(modelId));
}
