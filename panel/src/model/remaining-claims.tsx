import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { useRemainingClaims } from "../api/claims";
import type { RemainingClaims as Left } from "../api/client";
import { amount, date } from "../text/format";
import styles from "./remaining-claims.module.css";

/** What the next training costs by the plan. Until that is known there is nothing: it blocks nobody. */
export function RemainingClaims() {
  const { t } = useTranslation();
  const { data: left } = useRemainingClaims();
  return (
    <div role="status" className={styles.left}>
      {left && <p>{sentence(left, t)}</p>}
      {left?.training.next_price && !left.hosting.next_price && <p>{t("train.noHosting")}</p>}
    </div>
  );
}

function sentence({ training, period }: Left, t: TFunction): string {
  const { used, limit, next_price: price } = training;
  if (price === null) return t("train.noneLeft", { date: date(period.end) });
  const free = Number(price) === 0;
  if (limit === null || limit === 0 || (free && used >= limit)) {
    return free ? t("train.free") : t("train.priced", { price: amount(price) });
  }
  return free
    ? t("train.freeOf", { used, limit })
    : t("train.pricedOf", { used, limit, price: amount(price) });
}
