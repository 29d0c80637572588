import { useTranslation } from "react-i18next";
import type { Evaluation } from "../api/client";
import { percent } from "../text/format";
import styles from "./wer-figure.module.css";

/** The word error rates before and after as bars, with the interval of the latter. */
export function WerFigure({ evaluation }: { evaluation: Evaluation }) {
  const { t } = useTranslation();
  const { baseline_wer: before, wer: after, ci95 } = evaluation;
  const [lo, hi] = ci95;
  // A little more than the most that is drawn.
  const full = Math.max(before, hi, 0.01) * 1.05;
  const share = (rate: number) => `${(Math.min(rate / full, 1) * 100).toFixed(2)}%`;
  return (
    <div className={styles.figure}>
      <p className={styles.headline}>
        <Change before={before} after={after} />
      </p>
      <div className={styles.row}>
        <span>{t("training.before")}</span>
        <div className={styles.track} aria-hidden="true">
          <div className={styles.before} style={{ inlineSize: share(before) }} />
        </div>
        <strong>{percent(before)}</strong>
      </div>
      <div className={styles.row}>
        <span>{t("training.after")}</span>
        <div className={styles.track} aria-hidden="true">
          <div className={styles.after} style={{ inlineSize: share(after) }} />
          <div
            className={styles.interval}
            style={{ insetInlineStart: share(lo), inlineSize: share(hi - lo) }}
          />
        </div>
        <strong>{percent(after)}</strong>
      </div>
      <p className={styles.note}>{t("training.interval", { lo: percent(lo), hi: percent(hi) })}</p>
    </div>
  );
}

function Change({ before, after }: { before: number; after: number }) {
  const { t } = useTranslation();
  if (before === after) return t("training.same");
  if (before === 0) return t("training.worse", { percent: percent(after) });
  const change = percent(Math.abs(after - before) / before);
  return after < before
    ? t("training.better", { percent: change })
    : t("training.worse", { percent: change });
}
