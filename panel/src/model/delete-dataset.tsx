import { useTranslation } from "react-i18next";
import type { Dataset } from "../api/client";
import { useDeleteDataset } from "../api/datasets";
import { Deletion } from "../ui/deletion";

interface DeleteDatasetProps {
  modelId: string;
  dataset: Dataset | null;
  onClose(): void;
}

export function DeleteDataset({ modelId, dataset, onClose }: DeleteDatasetProps) {
  const { t } = useTranslation();
  return (
    <Deletion
      item={dataset}
      deletion={useDeleteDataset(modelId)}
      title={t("datasets.deleteTitle")}
      text={t("datasets.deleteText", { name: dataset?.name ?? "" })}
      action={t("datasets.delete")}
      deleted={t("datasets.deleted")}
      onClose={onClose}
    />
  );
}
