import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "./client";
import type { components } from "./schema";

export type Entry = Required<components["schemas"]["NewEntry"]>;

const KEY = ["glossary"];

type Glossary = components["schemas"]["Glossary"];

export function useGlossary() {
  return useQuery({
    queryKey: KEY,
    queryFn: () => answerOf(api.GET("/api/v1/glossary")),
    select: ({ items }) => items,
    // It is edited and saved as a whole: an editor begins with the list as it is now, not as it
    // was here before, and what comes in between must not pass for what the draft was made of.
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

export function usePutGlossary() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (items: Entry[]) => answerOf(api.PUT("/api/v1/glossary", { body: { items } })),
    // Where nobody edits it any more there is none to replace.
    onSuccess: (glossary) => client.setQueryData<Glossary>(KEY, (edited) => edited && glossary),
  });
}
