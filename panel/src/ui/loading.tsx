import { LoaderCircle } from "lucide-react";
import { useTranslation } from "react-i18next";
import styles from "./loading.module.css";

export function Loading() {
  const { t } = useTranslation();
  return (
    <div className={styles.loading} role="status">
      <LoaderCircle aria-hidden="true" />
      {t("app.loading")}
    </div>
  );
}
