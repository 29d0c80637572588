import { useTranslation } from "react-i18next";
import type { Dataset } from "../api/client";
import { isolated } from "../text/format";
import { Badge } from "../ui/badge";
import styles from "./dataset-state.module.css";

/** Nothing where all is well; else what keeps the file from being used. */
export function DatasetState({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  if (dataset.status === "processing") {
    return <Badge colour="sky">{t("datasets.processing")}</Badge>;
  }
  if (dataset.status === "failed") {
    return (
      <>
        <Badge colour="red">{t("datasets.failed")}</Badge>
        {dataset.failure && (
          <span className={styles.why}>{isolated(dataset.failure.message, dataset.name)}</span>
        )}
      </>
    );
  }
  return null;
}
