import { Save } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { CustomModel } from "../api/client";
import { isTraining, useModel } from "../api/models";
import { Problem } from "../api/problem";
import { useTrainings } from "../api/trainings";
import { NotFound } from "../shell/not-found";
import { Breadcrumbs } from "../ui/breadcrumbs";
import { Button } from "../ui/button";
import { FaultNotice } from "../ui/fault-notice";
import { LeaveQuestion } from "../ui/leave-question";
import { Loading } from "../ui/loading";
import { PageHeader } from "../ui/page-header";
import { DatasetsSection } from "./datasets-section";
import { StatusBanner } from "./status-banner";
import { SummaryCards } from "./summary-cards";
import { TrainButton } from "./train-button";
import { TrainingHistory } from "./training-history";
import { TrainingProgress } from "./training-progress";
import { TrainingReport } from "./training-report";
import { useRename } from "./use-rename";

export function ModelPage() {
  const { modelId = "" } = useParams();
  const model = useModel(modelId);
  if (model.error instanceof Problem && model.error.status === 404) return <NotFound />;
  if (model.data) return <Model key={modelId} model={model.data} />;
  if (model.error) return <FaultNotice error={model.error} onRetry={() => model.refetch()} />;
  return <Loading />;
}

function Model({ model }: { model: CustomModel }) {
  const { t } = useTranslation();
  const rename = useRename(model);
  const training = isTraining(model);
  const trainings = useTrainings(model.id, training);
  const latest = trainings.data?.[0];
  return (
    <>
      <Breadcrumbs trail={[{ to: "/custom-models", name: t("models.title") }]} here={model.name} />
      <PageHeader title={model.name}>
        <Button
          type="submit"
          form={rename.formId}
          icon={<Save aria-hidden="true" />}
          disabled={!rename.possible}
        >
          {t("model.update")}
        </Button>
        <TrainButton model={model} />
      </PageHeader>
      <FaultNotice error={rename.error} />
      <LeaveQuestion
        active={rename.changed}
        title={t("app.leaveTitle")}
        text={t("app.leaveText")}
      />
      <SummaryCards model={model} rename={rename} />
      <StatusBanner model={model} />
      {training && latest && <TrainingProgress training={latest} />}
      {!training && latest && (
        <TrainingReport modelId={model.id} language={model.language} training={latest} isLatest />
      )}
      <DatasetsSection model={model} />
      <TrainingHistory modelId={model.id} language={model.language} trainings={trainings} />
    </>
  );
}
