import { useQuery } from "@tanstack/react-query";
import { answerOf, api } from "./client";

export function useMe() {
  return useQuery({
    queryKey: ["me"],
    queryFn: () => answerOf(api.GET("/api/v1/me")),
    staleTime: 60_000,
  });
}

/** All languages for a purpose, asked for anew each time a dialog opens. */
export function useLanguages(purpose: "training" | "transcription") {
  return useQuery({
    queryKey: ["languages", purpose],
    queryFn: () => answerOf(api.GET("/api/v1/languages", { params: { query: { for: purpose } } })),
    select: (page) => page.items,
    staleTime: 0,
    gcTime: 0,
  });
}
