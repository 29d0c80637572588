import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api, gone } from "./client";
import { signedUrl } from "./downloads";
import { REFRESH, REFRESH_BUSY } from "./polling";
import type { components } from "./schema";

/** Speech to text, or times for a text that is there. */
export type JobKind = "transcription" | "alignment";

export type Job = components["schemas"]["Transcription"] & { kind: JobKind };

/** A phrase of a result; times in seconds. */
export interface Phrase {
  start: number;
  end: number;
  text: string;
  /** Of an alignment: false where the text was not found in the audio. */
  matched?: boolean;
}

export type ResultFormat = "txt" | "srt" | "vtt";

export interface WantedJob {
  language: string;
  file: File;
  /** What is said, for an alignment. */
  transcript: string | null;
  /** Under the same key the same request makes no second job. */
  key: string;
}

export function openJob({ language, file, transcript, key }: WantedJob) {
  const header = { "Idempotency-Key": key };
  const audio = { name: file.name, size: file.size };
  return transcript === null
    ? answerOf(
        api.POST("/api/v1/transcriptions", { params: { header }, body: { language, ...audio } }),
      )
    : answerOf(
        api.POST("/api/v1/alignments", {
          params: { header },
          body: { language, audio, transcript },
        }),
      );
}

const RECENT = 20;

const LIST = ["jobs"];

/** The organisation's latest jobs of both kinds, newest first. */
export function useRecentJobs() {
  return useQuery({
    queryKey: LIST,
    queryFn: async (): Promise<Job[]> => {
      const params = { params: { query: { limit: RECENT } } };
      const [transcriptions, alignments] = await Promise.all([
        answerOf(api.GET("/api/v1/transcriptions", params)),
        answerOf(api.GET("/api/v1/alignments", params)),
      ]);
      const jobs = [
        ...transcriptions.items.map((each): Job => ({ ...each, kind: "transcription" })),
        ...alignments.items.map((each): Job => ({ ...each, kind: "alignment" })),
      ];
      return jobs.sort((a, b) => b.created_at.localeCompare(a.created_at)).slice(0, RECENT);
    },
    refetchInterval: ({ state }) =>
      state.data?.some(({ status }) => isUnderWay(status)) ? REFRESH_BUSY : REFRESH,
  });
}

export function useJob(kind: JobKind, id: string) {
  return useQuery({
    queryKey: ["job", kind, id],
    queryFn: () =>
      kind === "transcription"
        ? answerOf(
            api.GET("/api/v1/transcriptions/{transcription_id}", {
              params: { path: { transcription_id: id } },
            }),
          )
        : answerOf(
            api.GET("/api/v1/alignments/{alignment_id}", {
              params: { path: { alignment_id: id } },
            }),
          ),
    refetchInterval: ({ state }) => (isUnderWay(state.data?.status) ? REFRESH_BUSY : REFRESH),
  });
}

export function useDeleteJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, id }: Pick<Job, "kind" | "id">) =>
      kind === "transcription"
        ? gone(
            api.DELETE("/api/v1/transcriptions/{transcription_id}", {
              params: { path: { transcription_id: id } },
            }),
          )
        : gone(
            api.DELETE("/api/v1/alignments/{alignment_id}", {
              params: { path: { alignment_id: id } },
            }),
          ),
    onSuccess: async (_, { id }) => {
      // An answer from before would show it again.
      await client.cancelQueries({ queryKey: LIST });
      client.setQueryData<Job[]>(LIST, (jobs) => jobs?.filter((job) => job.id !== id));
      void client.invalidateQueries({ queryKey: LIST });
    },
  });
}

/** Where storage has the job's recording; the URL holds for a few minutes. */
export function useRecording(kind: JobKind, id: string) {
  return useQuery({
    queryKey: ["recording", kind, id],
    queryFn: () => signedUrl(`/api/v1/${kind}s/${id}/audio`),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/** Something is to happen soon; an upload may have been left for good. */
export function isUnderWay(status: Job["status"] | undefined): boolean {
  return status === "queued" || status === "running";
}

/** The result as text of a format. */
export async function resultText(kind: JobKind, id: string, format: ResultFormat): Promise<string> {
  const { data } =
    kind === "transcription"
      ? await api.GET("/api/v1/transcriptions/{transcription_id}/result", {
          params: { path: { transcription_id: id }, query: { format } },
          parseAs: "text",
        })
      : await api.GET("/api/v1/alignments/{alignment_id}/result", {
          params: {
            path: { alignment_id: id },
            query: { format: format === "txt" ? "vtt" : format },
          },
          parseAs: "text",
        });
  return data as string;
}

interface ResultDocument {
  segments?: (Phrase & { edited?: { text: string } })[];
  cues?: Phrase[];
}

export function usePhrases(kind: JobKind, id: string) {
  return useQuery({
    queryKey: ["phrases", kind, id],
    queryFn: async (): Promise<Phrase[]> => {
      const call =
        kind === "transcription"
          ? api.GET("/api/v1/transcriptions/{transcription_id}/result", {
              params: { path: { transcription_id: id }, query: { format: "json" } },
            })
          : api.GET("/api/v1/alignments/{alignment_id}/result", {
              params: { path: { alignment_id: id }, query: { format: "json" } },
            });
      const { segments, cues } = (await answerOf(
        call as Promise<{ data?: unknown }>,
      )) as ResultDocument;
      const heard = (segments ?? []).map(({ edited, ...phrase }) => ({
        ...phrase,
        text: edited?.text ?? phrase.text,
      }));
      return cues ?? heard;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}
