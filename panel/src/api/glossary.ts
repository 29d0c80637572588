import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "./client";
import type { components } from "./schema";

export type Entry = Required<components["schemas"]["NewEntry"]>;

const KEY = ["glossary"];

export function useGlossary() {
  return useQuery({
    queryKey: KEY,
    queryFn: () => answerOf(api.GET("/api/v1/glossary")),
    select: ({ items }) => items,
    // It is being edited: what comes in between must not take the draft away.
    refetchOnWindowFocus: false,
  });
}

export function usePutGlossary() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (items: Entry[]) => answerOf(api.PUT("/api/v1/glossary", { body: { items } })),
    onSuccess: (glossary) => client.setQueryData(KEY, glossary),
  });
}
