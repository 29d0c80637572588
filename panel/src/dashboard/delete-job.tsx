import { useTranslation } from "react-i18next";
import { type Job, useDeleteJob } from "../api/jobs";
import { Deletion } from "../ui/deletion";

interface DeleteJobProps {
  job: Pick<Job, "kind" | "id" | "name"> | null;
  onClose(): void;
  onDeleted?(): void;
}

export function DeleteJob({ job, ...closing }: DeleteJobProps) {
  const { t } = useTranslation();
  const name = job?.name ?? "";
  return (
    <Deletion
      item={job}
      deletion={useDeleteJob()}
      title={t("dashboard.deleteTitle")}
      text={t("dashboard.deleteText", { name })}
      action={t("dashboard.delete")}
      deleted={t("dashboard.deleted", { name })}
      {...closing}
    />
  );
}
