import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { answerOf, api, type Training } from "./client";
import { refreshModel } from "./models";
import { REFRESH, REFRESH_BUSY } from "./polling";

const PAGE = 20;
const list = (modelId: string) => ["trainings", modelId];

/** The model's trainings, newest first. */
export function useTrainings(modelId: string, training: boolean) {
  return useInfiniteQuery({
    queryKey: list(modelId),
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/v1/custom-models/{model_id}/trainings", {
          params: {
            path: { model_id: modelId },
            query: { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // What openapi-fetch makes of the type loses that points of the loss are pairs.
    select: ({ pages }) => pages.flatMap((page) => page.items as Training[]),
    // The model's status may have ended before the training was last asked for.
    refetchInterval: ({ state }) =>
      training || isOpen(state.data?.pages[0]?.items[0]) ? REFRESH_BUSY : REFRESH,
  });
}

const isOpen = (latest?: { status_name: string }) =>
  latest?.status_name === "provisioning" || latest?.status_name === "running";

/** Each attempt has a key of its own, so that a request sent twice starts one training. */
export function useTrain(modelId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ skipUnmatched, attempt }: { skipUnmatched: boolean; attempt: string }) =>
      answerOf(
        api.POST("/api/v1/custom-models/{model_id}/train", {
          params: { path: { model_id: modelId }, header: { "Idempotency-Key": attempt } },
          body: { skip_unmatched: skipUnmatched },
        }),
      ),
    onSettled: () => {
      void refreshModel(client, modelId);
      void client.invalidateQueries({ queryKey: list(modelId) });
    },
  });
}
