import { ChartNoAxesColumn } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Training } from "../api/client";
import type { useTrainings } from "../api/trainings";
import { StatusBadge } from "../models/status-badge";
import { date, percent } from "../text/format";
import { IconButton } from "../ui/button";
import { Card } from "../ui/card";
import { Dialog } from "../ui/dialog";
import { LoadMore } from "../ui/load-more";
import { Moment } from "../ui/moment";
import { RowActions, Table } from "../ui/table";
import { TrainingReport } from "./training-report";

interface TrainingHistoryProps {
  modelId: string;
  language: string;
  trainings: ReturnType<typeof useTrainings>;
}

/** All trainings, newest first, each with its report. */
export function TrainingHistory({ modelId, language, trainings }: TrainingHistoryProps) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<Training | null>(null);
  const rows = trainings.data ?? [];
  if (rows.length === 0) return null;
  const columns = [
    t("training.started"),
    t("training.finished"),
    t("training.status"),
    t("training.wer"),
    <span key="actions" className="visually-hidden">
      {t("app.actions")}
    </span>,
  ];
  return (
    <Card title={t("training.history")}>
      <Table name={t("training.history")} columns={columns}>
        {rows.map((training) => (
          <TrainingRow key={training.id} training={training} onOpen={setOpened} />
        ))}
      </Table>
      <LoadMore pages={trainings} />
      <Dialog
        open={opened !== null}
        onClose={() => setOpened(null)}
        title={t("training.result")}
        text={opened?.started_at ? date(opened.started_at) : ""}
        wide
      >
        {opened && <TrainingReport modelId={modelId} language={language} training={opened} />}
      </Dialog>
    </Card>
  );
}

function TrainingRow({
  training,
  onOpen,
}: {
  training: Training;
  onOpen(training: Training): void;
}) {
  const { t } = useTranslation();
  const { evaluation, started_at: started, finished_at: finished } = training;
  const hasReport = evaluation !== null || training.data.dropped.length > 0;
  return (
    <tr>
      <td>{started ? <Moment at={started} /> : "–"}</td>
      <td>{finished ? <Moment at={finished} /> : "–"}</td>
      <td>
        <StatusBadge status={training.status_name} />
        {training.failure && <div>{training.failure.message}</div>}
      </td>
      <td>
        {evaluation
          ? t("training.werChange", {
              before: percent(evaluation.baseline_wer),
              after: percent(evaluation.wer),
            })
          : "–"}
      </td>
      <RowActions>
        {hasReport && started && (
          <IconButton
            name={t("training.open", { date: date(started) })}
            onClick={() => onOpen(training)}
          >
            <ChartNoAxesColumn aria-hidden="true" />
          </IconButton>
        )}
      </RowActions>
    </tr>
  );
}
