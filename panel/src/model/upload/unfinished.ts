/**
 * Which models have an upload that began in this browser and has not come to its end.
 *
 * All tabs share what is remembered of it: one at a time goes on with it, under a lock.
 */

import { useEffect, useState } from "react";

const key = (modelId: string) => `argot.upload.${modelId}`;
const batchKey = (modelId: string) => `argot.batch.${modelId}`;

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

export function markUnfinished(modelId: string): void {
  localStorage.setItem(key(modelId), "yes");
}

export function markFinished(modelId: string): void {
  localStorage.removeItem(key(modelId));
}
