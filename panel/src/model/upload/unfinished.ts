/**
 * Which places have an upload that began in this browser and has not come to its end: a place is a
 * user's at a model.
 *
 * All tabs share what is remembered of it: one at a time goes on with it, under a lock.
 */

import { useEffect, useState } from "react";
import { useMe } from "../../api/account";

const PREFIXES = { upload: "argot.upload.", batch: "argot.batch." };
const key = (place: string) => PREFIXES.upload + place;
const batchKey = (place: string) => PREFIXES.batch + place;
/** Where Uppy keeps files and what it knows of them. */
export const STORE = "uppy-blobs";

const placeOf = (userId: string, modelId: string) => `${userId}/${modelId}`;

export function useUploadPlace(modelId: string): string {
  const me = useMe();
  return placeOf(me.data?.user.id ?? "", modelId);
}

export function isUnfinished(place: string): boolean {
  return localStorage.getItem(key(place)) !== null;
}

/** Whether an upload waits for somebody to go on with it. */
export async function isLeft(place: string): Promise<boolean> {
  if (!isUnfinished(place)) return false;
  const { held } = await navigator.locks.query();
  return !held?.some(({ name }) => name === key(place));
}

/** Whether this tab has the lock of a place, kept as long as it is mounted; null until known. */
export function useUploadLock(place: string): boolean | null {
  const [mine, setMine] = useState<boolean | null>(null);
  useEffect(() => {
    const end = new AbortController();
    void navigator.locks.request(key(place), { ifAvailable: true }, (lock) => {
      if (end.signal.aborted) return;
      setMine(lock !== null);
      return new Promise((resolve) => end.signal.addEventListener("abort", resolve));
    });
    return () => end.abort();
  }, [place]);
  return mine;
}

/**
 * The name of the batch that is remembered, or of a new one.
 *
 * What is remembered of a batch is written somewhat later, also for one that was forgotten
 * meanwhile: under a name of its own it is not taken for the next.
 */
export function batchOf(place: string): string {
  const batch = localStorage.getItem(batchKey(place)) ?? crypto.randomUUID();
  localStorage.setItem(batchKey(place), batch);
  return batch;
}

export function forgetBatch(place: string): void {
  markFinished(place);
  localStorage.removeItem(batchKey(place));
}

/** What a user has begun is over; files go with it, unless some are another user's. */
export function forgetUploads(userId: string): void {
  const prefixes = Object.values(PREFIXES);
  const kept = Object.keys(localStorage).filter((name) =>
    prefixes.some((it) => name.startsWith(it)),
  );
  const own = kept.filter((name) =>
    prefixes.some((it) => name.startsWith(it + placeOf(userId, ""))),
  );
  for (const name of own) localStorage.removeItem(name);
  if (own.length === kept.length) indexedDB.deleteDatabase(STORE);
}

export function markUnfinished(place: string): void {
  localStorage.setItem(key(place), "yes");
}

export function markFinished(place: string): void {
  localStorage.removeItem(key(place));
}
