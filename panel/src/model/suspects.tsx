import { useTranslation } from "react-i18next";
import type { Training } from "../api/client";
import { Table } from "../ui/table";
import styles from "./data-report.module.css";
import { Part, type PlayButton } from "./use-play-button";

type Suspect = NonNullable<Training["data"]["suspects"]>[number];

interface SuspectsProps {
  suspects: readonly Suspect[];
  playButton: PlayButton;
}

/** Segments whose text may be wrong, to be listened to here. */
export function Suspects({ suspects, playButton }: SuspectsProps) {
  const { t } = useTranslation();
  return (
    <section className={styles.section} aria-label={t("training.suspects")}>
      <h3>{t("training.suspects")}</h3>
      <p>{t("training.suspectsText")}</p>
      <Table
        name={t("training.suspects")}
        columns={[
          <span key="play" className="visually-hidden">
            {t("app.actions")}
          </span>,
          t("training.file"),
          t("training.written"),
          t("training.heard"),
        ]}
      >
        {suspects.map(({ file, start, end, written, heard }) => (
          <tr key={`${file}/${start}`}>
            <td>{playButton(file, start, end)}</td>
            <td className={styles.file}>
              <span dir="auto">{file}</span>
              <Part start={start} end={end} />
            </td>
            <td dir="auto">{written}</td>
            <td dir="auto">{heard}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
