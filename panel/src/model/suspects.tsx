import { Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Training } from "../api/client";
import { useDatasets } from "../api/datasets";
import { clock } from "../text/format";
import { IconButton } from "../ui/button";
import { Table } from "../ui/table";
import styles from "./suspects.module.css";
import { usePlayer } from "./use-player";

type Suspect = NonNullable<Training["data"]["suspects"]>[number];

/** Segments whose text may be wrong, to be listened to here. */
export function Suspects({ modelId, suspects }: { modelId: string; suspects: readonly Suspect[] }) {
  const { t } = useTranslation();
  const datasets = useDatasets(modelId);
  const play = usePlayer();
  const routes = new Map(datasets.data?.map(({ name, url }) => [name, url]));
  return (
    <section className={styles.suspects} aria-label={t("training.suspects")}>
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
        {suspects.map((suspect) => {
          const { file, start, end } = suspect;
          const route = routes.get(file);
          const place = { file, start: clock(start), end: clock(end) };
          return (
            <tr key={`${file}/${start}`}>
              <td>
                {route && (
                  <IconButton
                    name={t("training.play", place)}
                    onClick={() => void play(route, start, end)}
                  >
                    <Play aria-hidden="true" />
                  </IconButton>
                )}
              </td>
              <td className={styles.file}>
                <span dir="auto">{file}</span>
                <small>
                  {place.start} – {place.end}
                </small>
              </td>
              <td dir="auto">{suspect.written}</td>
              <td dir="auto">{suspect.heard}</td>
            </tr>
          );
        })}
      </Table>
    </section>
  );
}
