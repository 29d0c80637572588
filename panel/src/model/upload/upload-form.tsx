import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { refreshDatasets } from "../../api/datasets";
import type { UploadType } from "../../api/uploads";
import { Button } from "../../ui/button";
import { DialogActions } from "../../ui/dialog";
import { FaultNotice } from "../../ui/fault-notice";
import { Field } from "../../ui/field";
import { Select } from "../../ui/select";
import { isOfType, isSafeName } from "../../upload/file-types";
import { tellOutcome } from "./outcome";
import styles from "./upload-form.module.css";
import { useUppy } from "./use-uppy";

const TYPES: readonly UploadType[] = ["auto", "TRANSCRIPT", "AUDIO"];

interface UploadFormProps {
  modelId: string;
  onRunning(running: boolean): void;
  onClose(): void;
}

export default function UploadForm({ modelId, onRunning, onClose }: UploadFormProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [type, setType] = useState<UploadType>("auto");
  const uppy = useUppy(modelId, type, {
    onEach: () => void refreshDatasets(client, modelId),
    onEnd(outcome, isAllSent) {
      // A batch of which every file was taken out again has no outcome.
      if (outcome.succeeded + outcome.failed === 0) return;
      tellOutcome(outcome, t);
      if (isAllSent) onClose();
    },
  });

  const { running } = uppy;
  useEffect(() => {
    onRunning(running);
    return () => onRunning(false);
  }, [running, onRunning]);

  const misfits = uppy.names.filter((name) => !isOfType(name, type));
  const unsafe = uppy.names.filter((name) => !isSafeName(name));
  return (
    <div className={styles.form}>
      <Field label={t("upload.type")} help={t(`upload.typeHelp.${type}`)}>
        {(ids) => (
          <Select<UploadType>
            {...ids}
            options={TYPES.map((value) => ({ value, label: t(`upload.types.${value}`) }))}
            value={type}
            onChange={setType}
            disabled={running}
          />
        )}
      </Field>
      <section ref={uppy.target} className={styles.panel} aria-label={t("upload.files")} />
      {uppy.failures.length > 0 && (
        <div role="alert" aria-label={t("upload.failures")}>
          <ul className={styles.failures}>
            {uppy.failures.map(({ name, reason }) => (
              <li key={name}>
                <strong dir="auto">{name}</strong> {reason}
              </li>
            ))}
          </ul>
        </div>
      )}
      {uppy.lost.length > 0 && <Names text={t("upload.lost")} names={uppy.lost} />}
      {misfits.length > 0 && <Names text={t("upload.misfits")} names={misfits} />}
      {unsafe.length > 0 && <Names text={t("upload.unsafe")} names={unsafe} />}
      <FaultNotice error={uppy.error} />
      <DialogActions>
        <Button onClick={onClose} disabled={running}>
          {t("app.cancel")}
        </Button>
        <Button
          look="primary"
          onClick={uppy.start}
          disabled={running || !uppy.startable || misfits.length > 0}
        >
          {running ? t("upload.uploading") : t("upload.create")}
        </Button>
      </DialogActions>
    </div>
  );
}

function Names({ text, names }: { text: string; names: readonly string[] }) {
  return (
    <div className={styles.names} role="status">
      <p>{text}</p>
      <ul>
        {names.map((name) => (
          <li key={name} dir="auto">
            {name}
          </li>
        ))}
      </ul>
    </div>
  );
}
