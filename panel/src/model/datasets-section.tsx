import { Database, Plus } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomModel } from "../api/client";
import { useDatasets, useVerdict } from "../api/datasets";
import { isStartable, isTraining } from "../api/models";
import { Boundary } from "../ui/boundary";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { EmptyState } from "../ui/empty-state";
import { FaultNotice } from "../ui/fault-notice";
import { Loading } from "../ui/loading";
import { DatasetsTable } from "./datasets-table";
import { isLeft, useUploadPlace } from "./upload/unfinished";
import { UploadDialog } from "./upload/upload-dialog";
import { remarksOn, VerdictSummary } from "./verdict-summary";

export function DatasetsSection({ model }: { model: CustomModel }) {
  const { t } = useTranslation();
  const datasets = useDatasets(model.id);
  const [uploading, setUploading] = useState(false);
  const place = useUploadPlace(model.id);
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = datasets;

  // An upload that a reload cut off goes on by itself.
  useEffect(() => {
    void isLeft(place).then((left) => left && setUploading(true));
  }, [place]);

  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  const rows = datasets.data ?? [];
  const verdict = useVerdict(model.id, rows, !isTraining(model) && !hasNextPage);
  const asksForTraining = isStartable(model);

  return (
    <Card
      title={t("datasets.title")}
      actions={
        <Button icon={<Plus aria-hidden="true" />} onClick={() => setUploading(true)}>
          {t("datasets.new")}
        </Button>
      }
    >
      {datasets.error && <FaultNotice error={datasets.error} onRetry={() => datasets.refetch()} />}
      {datasets.isPending && !datasets.error && <Loading />}
      {datasets.data && rows.length === 0 && (
        <EmptyState
          icon={<Database />}
          title={t("datasets.empty")}
          text={t("datasets.emptyText")}
        />
      )}
      {rows.length > 0 && (
        <>
          {asksForTraining && verdict.data && <VerdictSummary verdict={verdict.data} />}
          {verdict.error && <FaultNotice error={verdict.error} onRetry={() => verdict.refetch()} />}
          <DatasetsTable modelId={model.id} datasets={rows} remarks={remarksOn(verdict.data, t)} />
        </>
      )}
      <Boundary>
        <UploadDialog modelId={model.id} open={uploading} onClose={() => setUploading(false)} />
      </Boundary>
    </Card>
  );
}
