import {
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { answerOf, api, type CustomModel, gone } from "./client";
import { removeFrom } from "./lists";
import { REFRESH, REFRESH_BUSY } from "./polling";

const PAGE = 100;
const LIST = ["custom-models"];
const one = (id: string) => ["custom-model", id];

export function isTraining(model: CustomModel): boolean {
  return model.status_name === "provisioning" || model.status_name === "running";
}

/** A model that is trained, or being trained, cannot be trained again. */
export function isStartable(model: CustomModel): boolean {
  return model.status_name === "not_running" || model.status_name === "failed";
}

export function useModels() {
  return useInfiniteQuery({
    queryKey: LIST,
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/v1/custom-models", {
          params: { query: { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // A model that changes while pages are fetched may stand on two of them.
    select: ({ pages }) => [
      ...new Map(pages.flatMap((page) => page.items).map((model) => [model.id, model])).values(),
    ],
    refetchInterval: REFRESH,
  });
}

export function useModel(id: string) {
  return useQuery({
    queryKey: one(id),
    queryFn: () =>
      answerOf(api.GET("/api/v1/custom-models/{model_id}", { params: { path: { model_id: id } } })),
    refetchInterval: ({ state }) => (state.data && isTraining(state.data) ? REFRESH_BUSY : REFRESH),
  });
}

export function useCreateModel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: { name: string; language: string; attempt: string }) =>
      answerOf(
        api.POST("/api/v1/custom-models", {
          params: { header: { "Idempotency-Key": wanted.attempt } },
          body: { name: wanted.name, language: wanted.language },
        }),
      ),
    onSuccess: (model) => keepModel(client, model),
  });
}

export function useRenameModel(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      answerOf(
        api.PATCH("/api/v1/custom-models/{model_id}", {
          params: { path: { model_id: id } },
          body: { name },
        }),
      ),
    onSuccess: (model) => keepModel(client, model),
  });
}

export function useDeleteModel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: CustomModel) =>
      gone(api.DELETE("/api/v1/custom-models/{model_id}", { params: { path: { model_id: id } } })),
    onSuccess: (_, { id }) => removeFrom(client, LIST, id),
  });
}

/** The model changes with its datasets and trainings, and so does its place in the list. */
export async function refreshModel(client: QueryClient, id: string): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: one(id) }),
    client.invalidateQueries({ queryKey: LIST }),
  ]);
}

function keepModel(client: QueryClient, model: CustomModel): void {
  client.setQueryData(one(model.id), model);
  void client.invalidateQueries({ queryKey: LIST });
}
