import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { JobKind } from "../api/jobs";
import { Dialog } from "../ui/dialog";
import { JobForm } from "./job-form";

/** Where a recording is uploaded, to be transcribed or to be aligned with its text. */
export function JobDialog({ kind, onClose }: { kind: JobKind | null; onClose(): void }) {
  const { t } = useTranslation();
  const [running, setRunning] = useState(false);
  const shown = kind ?? "transcription";
  return (
    <Dialog
      open={kind !== null}
      onClose={onClose}
      title={t(`dashboard.${shown}`)}
      text={t(`dashboard.${shown}Text`)}
      locked={running}
    >
      <JobForm kind={shown} onRunning={setRunning} onClose={onClose} />
    </Dialog>
  );
}
