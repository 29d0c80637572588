import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";

type Pages = InfiniteData<{ items: { id: string }[] }>;

/** Take what was deleted out of a list, before all its pages are asked for anew. */
export async function removeFrom(client: QueryClient, list: QueryKey, id: string): Promise<void> {
  // An answer from before would show it again.
  await client.cancelQueries({ queryKey: list });
  client.setQueryData<Pages>(
    list,
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          items: page.items.filter((item) => item.id !== id),
        })),
      },
  );
  void client.invalidateQueries({ queryKey: list });
}
