import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { openJob } from "../api/jobs";
import { abortUpload } from "../api/uploads";
import { patiently } from "../upload/patience";
import { sendInParts } from "../upload/send";

const never = new AbortController().signal;

/** Opening a job and sending its recording, until it is there or given up. */
export function useSending() {
  const [percent, setPercent] = useState(0);
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const controller = useRef<AbortController | null>(null);

  useEffect(() => () => controller.current?.abort(), []);

  /** The job, or nothing where it failed or was given up. */
  async function send(language: string, file: File, transcript: string | null) {
    controller.current = new AbortController();
    const { signal } = controller.current;
    setError(null);
    setPercent(0);
    setRunning(true);
    let uploadId: string | null = null;
    try {
      const key = crypto.randomUUID();
      const job = await patiently(() => openJob({ language, file, transcript, key }), signal);
      uploadId = job.upload_id;
      await sendInParts(file, uploadId, {
        signal,
        onProgress: (bytes) => setPercent((100 * bytes) / file.size),
      });
      return job;
    } catch (failure) {
      if (!signal.aborted) setError(failure);
      // What nobody goes on with is no use to storage.
      const id = uploadId;
      if (id) patiently(() => abortUpload(id), never).catch(() => undefined);
      return null;
    } finally {
      // At once: who goes on to the job's page is not asked whether to leave.
      flushSync(() => setRunning(false));
    }
  }

  return { send, percent, running, error, cancel: () => controller.current?.abort() };
}
