import { useQuery } from "@tanstack/react-query";
import { answerOf, api } from "./client";

/** What is left of the plan, asked for anew each time that it is about to be used. */
export function useRemainingClaims() {
  return useQuery({
    queryKey: ["remaining-claims"],
    queryFn: () => answerOf(api.GET("/api/v1/remaining-claims")),
    staleTime: 0,
    gcTime: 0,
  });
}
