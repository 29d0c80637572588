import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CustomModel } from "../api/client";
import { StatusBadge } from "../models/status-badge";
import { TextInput } from "../ui/field";
import { Moment } from "../ui/moment";
import styles from "./summary-cards.module.css";
import type { Rename } from "./use-rename";

export function SummaryCards({ model, rename }: { model: CustomModel; rename: Rename }) {
  const { t } = useTranslation();
  const nameId = `${rename.formId}-name`;
  return (
    <section className={styles.cards} aria-label={t("model.summary")}>
      <Summary label={<label htmlFor={nameId}>{t("model.name")}</label>}>
        <form
          id={rename.formId}
          onSubmit={(event) => {
            event.preventDefault();
            rename.submit();
          }}
        >
          <TextInput
            id={nameId}
            value={rename.draft}
            onChange={(event) => rename.setDraft(event.target.value)}
            maxLength={200}
            autoComplete="off"
          />
        </form>
      </Summary>
      <Summary label={t("model.status")}>
        <StatusBadge status={model.status_name} />
      </Summary>
      <Summary label={t("model.baseLanguage")}>{model.language_name}</Summary>
      <Summary label={t("model.lastModified")}>
        <Moment at={model.last_modified} />
      </Summary>
    </section>
  );
}

function Summary({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.card}>
      <div className={styles.label}>{label}</div>
      <div className={styles.value}>{children}</div>
    </div>
  );
}
