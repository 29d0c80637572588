import { useTranslation } from "react-i18next";
import type { CustomModel } from "../api/client";
import { useDeleteModel } from "../api/models";
import { Deletion } from "../ui/deletion";

export function DeleteModel({ model, onClose }: { model: CustomModel | null; onClose(): void }) {
  const { t } = useTranslation();
  return (
    <Deletion
      item={model}
      deletion={useDeleteModel()}
      title={t("delete.title")}
      text={t("delete.text", { name: model?.name ?? "" })}
      action={t("delete.delete")}
      deleted={t("delete.deleted")}
      onClose={onClose}
    />
  );
}
