import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";
import styles from "./load-more.module.css";

interface Pages {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  fetchNextPage(): unknown;
}

/** The rest of a list, which comes when its end is in sight, or when asked for. */
export function LoadMore({ pages }: { pages: Pages }) {
  const { t } = useTranslation();
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = pages;

  useEffect(() => {
    // After a refusal it comes when asked for: by itself it would ask again and again.
    if (!end.current || !hasNextPage || isFetchingNextPage || isFetchNextPageError) return;
    const sight = new IntersectionObserver(([entry]) => entry?.isIntersecting && fetchNextPage(), {
      rootMargin: "400px",
    });
    sight.observe(end.current);
    return () => sight.disconnect();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  if (!hasNextPage) return null;
  return (
    <div ref={end} className={styles.more}>
      <Button onClick={() => fetchNextPage()} disabled={isFetchingNextPage}>
        {isFetchingNextPage ? t("app.loading") : t("app.more")}
      </Button>
    </div>
  );
}
