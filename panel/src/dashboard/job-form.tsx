import { Progress } from "@base-ui/react/progress";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useLanguages } from "../api/account";
import type { JobKind } from "../api/jobs";
import { Button } from "../ui/button";
import { DialogActions } from "../ui/dialog";
import { FaultNotice } from "../ui/fault-notice";
import { Field, TextArea, TextInput } from "../ui/field";
import { LeaveQuestion } from "../ui/leave-question";
import bar from "../ui/progress.module.css";
import { Select } from "../ui/select";
import { AUDIO, TRANSCRIPT, VIDEO } from "../upload/file-types";
import styles from "./job-form.module.css";
import { jobPage } from "./jobs";
import { useSending } from "./use-sending";

interface JobFormProps {
  kind: JobKind;
  onRunning(running: boolean): void;
  onClose(): void;
}

/** Mounted with the dialog: the languages are loaded each time it opens. */
export function JobForm({ kind, onRunning, onClose }: JobFormProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const languages = useLanguages("transcription");
  const [language, setLanguage] = useState<string | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const [transcript, setTranscript] = useState("");
  const sending = useSending();
  const { running } = sending;
  const complete =
    language !== null &&
    file !== null &&
    file.size > 0 &&
    (kind === "transcription" || transcript.trim() !== "");

  useEffect(() => {
    onRunning(running);
    return () => onRunning(false);
  }, [running, onRunning]);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!complete || running) return;
    const job = await sending.send(language, file, kind === "alignment" ? transcript : null);
    if (!job) return;
    onClose();
    void navigate(jobPage({ kind, id: job.id }));
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      <Field label={t("dashboard.language")}>
        {(ids) => (
          <Select
            {...ids}
            options={(languages.data ?? []).map((item) => ({ value: item.key, label: item.name }))}
            value={language}
            onChange={setLanguage}
            placeholder={languages.isPending ? t("app.loading") : t("create.languagePlaceholder")}
            disabled={running || !languages.data?.length}
          />
        )}
      </Field>
      <Field
        label={t("dashboard.file")}
        help={file?.size === 0 ? t("dashboard.fileEmpty") : t("dashboard.fileHelp")}
      >
        {({ id, helpId }) => (
          <TextInput
            id={id}
            aria-describedby={helpId}
            type="file"
            accept={[...AUDIO, ...VIDEO].join()}
            disabled={running}
            onChange={(event) => setFile(event.target.files?.[0] ?? null)}
          />
        )}
      </Field>
      {kind === "alignment" && (
        <TranscriptField text={transcript} onChange={setTranscript} disabled={running} />
      )}
      <FaultNotice error={languages.error} onRetry={() => void languages.refetch()} />
      <FaultNotice error={sending.error} />
      <LeaveQuestion
        active={running}
        title={t("dashboard.leaveTitle")}
        text={t("dashboard.leaveText")}
      />
      {running && (
        <Progress.Root value={sending.percent} aria-label={t("upload.uploading")}>
          <Progress.Track className={bar.track}>
            <Progress.Indicator className={bar.indicator} />
          </Progress.Track>
        </Progress.Root>
      )}
      <DialogActions>
        <Button onClick={running ? sending.cancel : onClose}>{t("app.cancel")}</Button>
        <Button type="submit" look="primary" disabled={!complete || running}>
          {running ? t("upload.uploading") : t("dashboard.start")}
        </Button>
      </DialogActions>
    </form>
  );
}

interface TranscriptFieldProps {
  text: string;
  onChange(text: string): void;
  disabled: boolean;
}

/** The text that is said, typed or out of a file. */
function TranscriptField({ text, onChange, disabled }: TranscriptFieldProps) {
  const { t } = useTranslation();
  return (
    <>
      <Field label={t("dashboard.transcript")} help={t("dashboard.transcriptHelp")}>
        {({ id, helpId }) => (
          <TextArea
            id={id}
            aria-describedby={helpId}
            rows={6}
            value={text}
            disabled={disabled}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("dashboard.transcriptFile")}>
        {({ id }) => (
          <TextInput
            id={id}
            type="file"
            accept={TRANSCRIPT.filter((extension) => extension === ".txt").join()}
            disabled={disabled}
            onChange={(event) => void event.target.files?.[0]?.text().then(onChange)}
          />
        )}
      </Field>
    </>
  );
}
