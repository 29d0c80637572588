import { ArrowUp, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Language } from "../api/client";
import { IconButton } from "../ui/button";
import { TextInput } from "../ui/field";
import { RowActions } from "../ui/table";
import type { Draft } from "./draft";
import styles from "./entry-row.module.css";

interface EntryRowProps {
  /** Its place in the list, from 1: what the server's refusals count from 0. */
  number: number;
  draft: Draft;
  languages: readonly Language[];
  onChange(draft: Draft): void;
  /** Null for the first. */
  onRaise: (() => void) | null;
  onRemove(): void;
}

export function EntryRow({ number, draft, languages, onChange, onRaise, onRemove }: EntryRowProps) {
  const { t } = useTranslation();
  const named = (name: string) => `${name} ${number}`;
  return (
    <tr>
      <td>
        <TextInput
          className={styles.text}
          aria-label={named(t("glossary.term"))}
          value={draft.term}
          maxLength={100}
          onChange={(event) => onChange({ ...draft, term: event.target.value })}
        />
      </td>
      <td>
        <TextInput
          className={styles.text}
          aria-label={named(t("glossary.replacement"))}
          value={draft.replacement}
          maxLength={100}
          placeholder={draft.term}
          onChange={(event) => onChange({ ...draft, replacement: event.target.value })}
        />
      </td>
      <td>
        <input
          type="checkbox"
          className={styles.check}
          aria-label={named(t("glossary.caseSensitive"))}
          checked={draft.case_sensitive}
          onChange={(event) => onChange({ ...draft, case_sensitive: event.target.checked })}
        />
      </td>
      <td>
        <select
          className={styles.language}
          aria-label={named(t("glossary.language"))}
          value={draft.language ?? ""}
          onChange={(event) => onChange({ ...draft, language: event.target.value || null })}
        >
          <option value="">{t("glossary.allLanguages")}</option>
          {languages.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </td>
      <RowActions>
        <IconButton
          name={named(t("glossary.raise"))}
          disabled={onRaise === null}
          onClick={() => onRaise?.()}
        >
          <ArrowUp aria-hidden="true" />
        </IconButton>
        <IconButton look="quiet-danger" name={named(t("glossary.remove"))} onClick={onRemove}>
          <Trash2 aria-hidden="true" />
        </IconButton>
      </RowActions>
    </tr>
  );
}
