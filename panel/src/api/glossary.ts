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
    /** `change` makes the list to keep from the one that is kept now. */
    mutationFn: async (change: (now: Glossary["items"]) => Entry[]) => {
      const { items } = await answerOf(api.GET("/api/v1/glossary"));
      return answerOf(api.PUT("/api/v1/glossary", { body: { items: change(items) } }));
    },
    // Where nobody edits it any more there is none to replace.
    onSuccess: (glossary) => client.setQueryData<Glossary>(KEY, (edited) => edited && glossary),
  });
}
