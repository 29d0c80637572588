import type { JobKind } from "../api/jobs";

/** A job that was started in this browser; the server keeps no list of them. */
export interface RecentJob {
  id: string;
  kind: JobKind;
  fileName: string;
  languageName: string;
  startedAt: string;
}

const KEPT = 20;
const key = (organisationId: string) => `argot.jobs.${organisationId}`;

export function recentJobs(organisationId: string): RecentJob[] {
  try {
    return JSON.parse(localStorage.getItem(key(organisationId)) ?? "[]");
  } catch {
    // Whatever somebody else wrote there is no list of jobs.
    return [];
  }
}

export function rememberJob(organisationId: string, job: RecentJob): void {
  const jobs = [job, ...recentJobs(organisationId)].slice(0, KEPT);
  localStorage.setItem(key(organisationId), JSON.stringify(jobs));
}

export const jobPage = ({ kind, id }: Pick<RecentJob, "kind" | "id">) => `/${kind}s/${id}`;

/** The recordings of jobs of this visit, to be played beside their results. */
const recordings = new Map<string, File>();

export function keepRecording(jobId: string, file: File): void {
  recordings.set(jobId, file);
}

export function recordingOf(jobId: string): File | undefined {
  return recordings.get(jobId);
}
