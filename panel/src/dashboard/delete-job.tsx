import { useTranslation } from "react-i18next";
import { type Job, useDeleteJob } from "../api/jobs";
import { Confirm } from "../ui/confirm";
import { tellSuccess } from "../ui/toaster";

interface DeleteJobProps {
  job: Pick<Job, "kind" | "id" | "name"> | null;
  onClose(): void;
  onDeleted?(): void;
}

export function DeleteJob({ job, onClose, onDeleted }: DeleteJobProps) {
  const { t } = useTranslation();
  const deletion = useDeleteJob();

  function close() {
    deletion.reset();
    onClose();
  }

  function confirm() {
    if (!job) return;
    deletion.mutate(job, {
      onSuccess: () => {
        close();
        tellSuccess(t("dashboard.deleted", { name: job.name }));
        onDeleted?.();
      },
    });
  }

  return (
    <Confirm
      open={job !== null}
      onCancel={close}
      onConfirm={confirm}
      title={t("dashboard.deleteTitle")}
      text={t("dashboard.deleteText", { name: job?.name ?? "" })}
      action={t("dashboard.delete")}
      dangerous
      pending={deletion.isPending}
      error={deletion.error}
    />
  );
}
