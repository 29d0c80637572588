import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLanguages } from "../api/account";
import { useCreateModel } from "../api/models";
import { Button } from "../ui/button";
import { Dialog, DialogActions } from "../ui/dialog";
import { FaultNotice } from "../ui/fault-notice";
import { Field, TextInput } from "../ui/field";
import { Select } from "../ui/select";
import { tellSuccess } from "../ui/toaster";
import styles from "./create-dialog.module.css";

export function CreateDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const [running, setRunning] = useState(false);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("create.title")}
      text={t("create.text")}
      locked={running}
    >
      <CreateForm onRunning={setRunning} onDone={onClose} />
    </Dialog>
  );
}

interface CreateFormProps {
  onRunning(running: boolean): void;
  onDone(): void;
}

/** Mounted with the dialog, so that each opening begins anew. */
function CreateForm({ onRunning, onDone }: CreateFormProps) {
  const { t } = useTranslation();
  const languages = useLanguages("training");
  const creation = useCreateModel();
  const [name, setName] = useState("");
  const [language, setLanguage] = useState<string | null>(null);
  // A press that is repeated since no answer came must not make two models.
  const [attempt, setAttempt] = useState(() => crypto.randomUUID());
  const complete = name.trim() !== "" && language !== null;

  const { isPending } = creation;
  useEffect(() => {
    onRunning(isPending);
    return () => onRunning(false);
  }, [isPending, onRunning]);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!complete || isPending) return;
    creation.mutate(
      { name, language, attempt },
      {
        onSuccess: () => {
          onDone();
          tellSuccess(t("create.created"));
        },
      },
    );
  }

  function change<Value>(set: (value: Value) => void) {
    return (value: Value) => {
      set(value);
      setAttempt(crypto.randomUUID());
      creation.reset();
    };
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      <Field label={t("create.name")}>
        {({ id }) => (
          <TextInput
            id={id}
            value={name}
            onChange={(event) => change(setName)(event.target.value)}
            placeholder={t("create.namePlaceholder")}
            readOnly={isPending}
            maxLength={200}
            autoComplete="off"
          />
        )}
      </Field>
      <Field
        label={t("create.language")}
        help={languages.data?.length === 0 ? t("create.noLanguages") : undefined}
      >
        {(ids) => (
          <Select
            {...ids}
            options={(languages.data ?? []).map(({ key, name }) => ({ value: key, label: name }))}
            value={language}
            onChange={change(setLanguage)}
            placeholder={languages.isPending ? t("app.loading") : t("create.languagePlaceholder")}
            disabled={!languages.data?.length || isPending}
          />
        )}
      </Field>
      <FaultNotice
        error={languages.error}
        onRetry={() => {
          void languages.refetch();
        }}
      />
      <FaultNotice error={creation.error} />
      <DialogActions>
        <Button onClick={onDone} disabled={isPending}>
          {t("app.cancel")}
        </Button>
        <Button type="submit" look="primary" disabled={!complete || isPending}>
          {t("create.create")}
        </Button>
      </DialogActions>
    </form>
  );
}
