import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api, type Dataset, gone } from "./client";
import { removeFrom } from "./lists";
import { refreshModel } from "./models";
import { REFRESH, REFRESH_BUSY } from "./polling";

const PAGE = 200;
const list = (modelId: string) => ["datasets", modelId];

/** Every dataset of the model: whether data is missing can be told of all of it alone. */
export function useDatasets(modelId: string) {
  return useInfiniteQuery({
    queryKey: list(modelId),
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/v1/custom-models/{model_id}/datasets", {
          params: {
            path: { model_id: modelId },
            query: { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    select: ({ pages }) => [
      ...new Map(pages.flatMap((page) => page.items).map((row) => [row.id, row])).values(),
    ],
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some(isProcessing)) ? REFRESH_BUSY : REFRESH,
  });
}

export function isProcessing(dataset: Dataset): boolean {
  return dataset.status === "processing";
}

export function useDeleteDataset(modelId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: Dataset) =>
      gone(
        api.DELETE("/api/v1/custom-models/{model_id}/datasets/{dataset_id}", {
          params: { path: { model_id: modelId, dataset_id: id } },
        }),
      ),
    onSuccess: (_, { id }) => {
      void refreshModel(client, modelId);
      return removeFrom(client, list(modelId), id);
    },
  });
}

export async function refreshDatasets(
  client: ReturnType<typeof useQueryClient>,
  modelId: string,
): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: list(modelId) }),
    refreshModel(client, modelId),
  ]);
}

/** The verdict on these datasets: it holds until they change. */
export function useVerdict(modelId: string, datasets: readonly Dataset[], enabled: boolean) {
  const settled = datasets.length > 0 && !datasets.some(isProcessing);
  return useQuery({
    queryKey: ["verdict", modelId, datasets.map((row) => `${row.id} ${row.status}`).join()],
    queryFn: () =>
      answerOf(
        api.POST("/api/v1/custom-models/{model_id}/validation", {
          params: { path: { model_id: modelId } },
          body: {},
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: enabled && settled,
  });
}
