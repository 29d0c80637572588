import { useTranslation } from "react-i18next";
import { faultOf } from "../text/faults";
import { Button } from "./button";
import styles from "./fault-notice.module.css";

/** What went wrong, where it went wrong; read out at once. */
export function FaultNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  if (!error) return null;
  const { title, detail } = faultOf(error, t);
  return (
    <div className={styles.notice} role="alert">
      <p>
        <strong>{title}</strong>
        {detail && `. ${detail}`}
      </p>
      {onRetry && <Button onClick={onRetry}>{t("app.retry")}</Button>}
    </div>
  );
}
