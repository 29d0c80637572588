import type { JobKind } from "../api/jobs";

export const jobPage = ({ kind, id }: { kind: JobKind; id: string }) => `/${kind}s/${id}`;

/** The recordings of jobs of this visit, to be played beside their results. */
const recordings = new Map<string, File>();

export function keepRecording(jobId: string, file: File): void {
  recordings.set(jobId, file);
}

export function recordingOf(jobId: string): File | undefined {
  return recordings.get(jobId);
}
