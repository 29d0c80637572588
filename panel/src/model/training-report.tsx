import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Evaluation, Training } from "../api/client";
import { artifactRoute } from "../api/downloads";
import { length } from "../text/format";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { DropLedger } from "./drop-ledger";
import { Samples } from "./samples";
import { Suspects } from "./suspects";
import styles from "./training-report.module.css";
import { useDownload } from "./use-download";
import { usePlayButton } from "./use-play-button";
import { WerFigure } from "./wer-figure";

interface TrainingReportProps {
  modelId: string;
  /** What was spoken, as a BCP 47 tag. */
  language: string;
  training: Training;
  /** Whether the model to download is this training's. */
  isLatest?: boolean;
}

/** What a training that has ended made of the data. */
export function TrainingReport(props: TrainingReportProps) {
  const { modelId, language, training, isLatest = false } = props;
  const { t } = useTranslation();
  const download = useDownload();
  const playButton = usePlayButton(modelId);
  const { evaluation, data } = training;
  const succeeded = training.status_name === "success";
  return (
    <>
      {succeeded && (evaluation || isLatest) && (
        <Card
          title={t("training.result")}
          actions={
            isLatest && (
              <Button
                icon={<Download aria-hidden="true" />}
                onClick={() => void download(artifactRoute(modelId))}
              >
                {t("model.downloadModel")}
              </Button>
            )
          }
        >
          {evaluation && <Result evaluation={evaluation} language={language} />}
        </Card>
      )}
      {(data.segments > 0 || data.dropped.length > 0) && (
        <Card title={t("training.data")}>
          <p>
            {t("training.used", {
              count: data.segments,
              duration: length(data.seconds_used),
            })}
          </p>
          <DropLedger dropped={data.dropped} playButton={playButton} />
          {data.suspects && data.suspects.length > 0 && (
            <Suspects suspects={data.suspects} playButton={playButton} />
          )}
        </Card>
      )}
    </>
  );
}

function Result({ evaluation, language }: { evaluation: Evaluation; language: string }) {
  const { t } = useTranslation();
  return (
    <>
      <p className={styles.quiet}>
        {t("training.resultText", { duration: length(evaluation.test_seconds) })}
      </p>
      <WerFigure evaluation={evaluation} />
      <Samples samples={evaluation.samples} language={language} />
    </>
  );
}
