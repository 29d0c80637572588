import { completeUpload, showUpload } from "../api/uploads";
import { patiently } from "./patience";
import { put } from "./put";
import { Signatures } from "./signatures";

/** Parts of one file on their way at a time. */
const AT_ONCE = 3;

export interface Sending {
  signal: AbortSignal;
  onProgress(bytes: number): void;
}

/**
 * Send what storage has not yet of a file, and complete its upload.
 *
 * Whatever was received before, in this page or another, is not sent again. Throws the problem
 * of a refusal, or the last failure once patience is at its end.
 */
export async function sendInParts(data: Blob, uploadId: string, sending: Sending): Promise<void> {
  const { signal } = sending;
  const state = await patiently(() => showUpload(uploadId), signal);
  if (state.status === "open") {
    const received = new Map(state.received.map((part) => [part.part_number, part.size]));
    const count = Math.max(1, Math.ceil(state.size / state.part_size));
    const missing = Array.from({ length: count }, (_, place) => place + 1).filter(
      (number) => !received.has(number),
    );
    sending.onProgress(total(received));
    await sendParts(data, uploadId, state.part_size, missing, received, sending);
  }
  await patiently(() => completeUpload(uploadId), signal);
}

async function sendParts(
  data: Blob,
  uploadId: string,
  partSize: number,
  missing: readonly number[],
  sent: Map<number, number>,
  { signal, onProgress }: Sending,
): Promise<void> {
  const signatures = new Signatures(uploadId, missing);
  const queue = [...missing];
  // The first part that fails for good stops the others.
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);

  function progressed(number: number, bytes: number) {
    sent.set(number, bytes);
    onProgress(total(sent));
  }

  async function sendOne(number: number): Promise<void> {
    const part = await signatures.of(number);
    const piece = data.slice((number - 1) * partSize, number * partSize);
    try {
      await put(part.url, part.headers, piece, either, (bytes) => progressed(number, bytes));
    } catch (failure) {
      signatures.forget(number);
      throw failure;
    }
    progressed(number, piece.size);
  }

  async function work(): Promise<void> {
    for (let number = queue.shift(); number !== undefined; number = queue.shift()) {
      const next = number;
      await patiently(() => sendOne(next), either);
    }
  }

  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    stop.abort();
  }
}

const total = (sent: Map<number, number>) =>
  [...sent.values()].reduce((sum, size) => sum + size, 0);
