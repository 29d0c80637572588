import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Training } from "../api/client";
import en from "../text/en.json";
import { length } from "../text/format";
import { Button } from "../ui/button";
import { Table } from "../ui/table";
import styles from "./drop-ledger.module.css";

type Reason = keyof typeof en.training.reasons;

const isReason = (reason: string): reason is Reason => Object.hasOwn(en.training.reasons, reason);

const SHOWN = 20;

/** Every second that was not trained on, by file and reason, the most first. */
export function DropLedger({ dropped }: { dropped: Training["data"]["dropped"] }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  if (dropped.length === 0) return <p>{t("training.noneDropped")}</p>;
  const rows = dropped.toSorted((one, other) => other.seconds - one.seconds);
  return (
    <section className={styles.ledger} aria-label={t("training.dropped")}>
      <h3>{t("training.dropped")}</h3>
      <Table
        name={t("training.dropped")}
        columns={[t("training.file"), t("training.reason"), t("training.length")]}
      >
        {rows.slice(0, all ? undefined : SHOWN).map(({ file, reason, seconds }) => (
          <tr key={`${file}/${reason}`}>
            <td dir="auto" className={styles.file}>
              {file}
            </td>
            <td>{isReason(reason) ? t(`training.reasons.${reason}`) : reason}</td>
            <td className={styles.length}>{length(seconds)}</td>
          </tr>
        ))}
      </Table>
      {!all && rows.length > SHOWN && <Button onClick={() => setAll(true)}>{t("app.more")}</Button>}
    </section>
  );
}
