import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Training } from "../api/client";
import en from "../text/en.json";
import { length } from "../text/format";
import { Button } from "../ui/button";
import { Table } from "../ui/table";
import styles from "./data-report.module.css";
import { Part, type PlayButton } from "./use-play-button";

type Dropped = Training["data"]["dropped"][number];
type Reason = keyof typeof en.training.reasons;

const isReason = (reason: string): reason is Reason => Object.hasOwn(en.training.reasons, reason);

const SHOWN = 20;

interface DropLedgerProps {
  dropped: readonly Dropped[];
  playButton: PlayButton;
}

/** Every second that was not trained on, by file and reason, the most first. */
export function DropLedger({ dropped, playButton }: DropLedgerProps) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  if (dropped.length === 0) return <p>{t("training.noneDropped")}</p>;
  const rows = dropped.toSorted((one, other) => other.seconds - one.seconds);
  return (
    <section className={styles.section} aria-label={t("training.dropped")}>
      <h3>{t("training.dropped")}</h3>
      <Table
        name={t("training.dropped")}
        columns={[t("training.file"), t("training.reason"), t("training.length")]}
      >
        {rows.slice(0, all ? undefined : SHOWN).map((row) => (
          <tr key={`${row.file}/${row.reason}`}>
            <td dir="auto" className={styles.file}>
              {row.file}
            </td>
            <td>
              <Why row={row} playButton={playButton} />
            </td>
            <td className={styles.length}>{length(row.seconds)}</td>
          </tr>
        ))}
      </Table>
      {!all && rows.length > SHOWN && <Button onClick={() => setAll(true)}>{t("app.more")}</Button>}
    </section>
  );
}

/** The reason, which opens to the places where there are some to be listened to. */
function Why({ row, playButton }: { row: Dropped; playButton: PlayButton }) {
  const { t } = useTranslation();
  const reason = isReason(row.reason) ? t(`training.reasons.${row.reason}`) : row.reason;
  if (!row.spans?.length) return reason;
  return (
    <details>
      <summary>{reason}</summary>
      <ul className={styles.places}>
        {row.spans.map(([start, end]) => (
          <li key={start}>
            {playButton(row.file, start, end)}
            <Part start={start} end={end} />
          </li>
        ))}
      </ul>
    </details>
  );
}
