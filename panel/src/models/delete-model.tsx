import { useTranslation } from "react-i18next";
import type { CustomModel } from "../api/client";
import { useDeleteModel } from "../api/models";
import { Confirm } from "../ui/confirm";
import { tellSuccess } from "../ui/toaster";

export function DeleteModel({ model, onClose }: { model: CustomModel | null; onClose(): void }) {
  const { t } = useTranslation();
  const deletion = useDeleteModel();

  function close() {
    deletion.reset();
    onClose();
  }

  function confirm() {
    if (!model) return;
    deletion.mutate(model.id, {
      onSuccess: () => {
        close();
        tellSuccess(t("delete.deleted"));
      },
    });
  }

  return (
    <Confirm
      open={model !== null}
      onCancel={close}
      onConfirm={confirm}
      title={t("delete.title")}
      text={t("delete.text", { name: model?.name ?? "" })}
      action={t("delete.delete")}
      dangerous
      pending={deletion.isPending}
      error={deletion.error}
    />
  );
}
