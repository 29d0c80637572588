import { useTranslation } from "react-i18next";
import { number } from "../text/format";
import styles from "./loss-curve.module.css";
import { type Point, pathOf } from "./loss-path";

const WIDTH = 640;
const HEIGHT = 150;

export function LossCurve({ loss }: { loss: readonly Point[] }) {
  const { t } = useTranslation();
  const [first, last] = [loss[0], loss.at(-1)];
  if (!first || !last) return null;
  const values = loss.map(([, value]) => value);
  return (
    <figure className={styles.figure}>
      <figcaption>{t("training.loss")}</figcaption>
      <div className={styles.plot}>
        <div className={styles.scale} aria-hidden="true">
          <span>{number(Math.max(...values))}</span>
          <span>{number(Math.min(...values))}</span>
        </div>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={t("training.lossText", {
            first: number(first[1]),
            last: number(last[1]),
            steps: number(last[0], 0),
          })}
        >
          <path d={pathOf(loss, WIDTH, HEIGHT)} className={styles.line} />
        </svg>
      </div>
      <div className={styles.steps} aria-hidden="true">
        <span>
          {t("training.step")} {number(first[0], 0)}
        </span>
        <span>
          {t("training.step")} {number(last[0], 0)}
        </span>
      </div>
    </figure>
  );
}
