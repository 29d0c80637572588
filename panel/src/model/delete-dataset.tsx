import { useTranslation } from "react-i18next";
import type { Dataset } from "../api/client";
import { useDeleteDataset } from "../api/datasets";
import { Confirm } from "../ui/confirm";
import { tellSuccess } from "../ui/toaster";

interface DeleteDatasetProps {
  modelId: string;
  dataset: Dataset | null;
  onClose(): void;
}

export function DeleteDataset({ modelId, dataset, onClose }: DeleteDatasetProps) {
  const { t } = useTranslation();
  const deletion = useDeleteDataset(modelId);

  function close() {
    deletion.reset();
    onClose();
  }

  function confirm() {
    if (!dataset) return;
    deletion.mutate(dataset.id, {
      onSuccess: () => {
        close();
        tellSuccess(t("datasets.deleted"));
      },
    });
  }

  return (
    <Confirm
      open={dataset !== null}
      onCancel={close}
      onConfirm={confirm}
      title={t("datasets.deleteTitle")}
      text={t("datasets.deleteText", { name: dataset?.name ?? "" })}
      action={t("datasets.delete")}
      dangerous
      pending={deletion.isPending}
      error={deletion.error}
    />
  );
}
