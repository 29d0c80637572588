import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../ui/dialog";
import { Loading } from "../../ui/loading";

/** Uppy is as large as all the rest: it comes when a dialog wants it. */
const UploadForm = lazy(() => import("./upload-form"));

interface UploadDialogProps {
  modelId: string;
  open: boolean;
  onClose(): void;
}

export function UploadDialog({ modelId, open, onClose }: UploadDialogProps) {
  const { t } = useTranslation();
  const [running, setRunning] = useState(false);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("upload.title")}
      text={t("upload.text")}
      locked={running}
      wide
    >
      <Suspense fallback={<Loading />}>
        <UploadForm modelId={modelId} onRunning={setRunning} onClose={onClose} />
      </Suspense>
    </Dialog>
  );
}
