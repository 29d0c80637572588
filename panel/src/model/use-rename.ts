import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomModel } from "../api/client";
import { useRenameModel } from "../api/models";
import { tellSuccess } from "../ui/toaster";

export interface Rename {
  formId: string;
  draft: string;
  setDraft(name: string): void;
  /** Whether there is another name than the model's to give it. */
  possible: boolean;
  /** Whether something was typed that is not the model's name yet. */
  changed: boolean;
  error: unknown;
  submit(): void;
}

/** The model's name as it is being edited; until it is, it follows the server's. */
export function useRename(model: CustomModel): Rename {
  const { t } = useTranslation();
  const formId = useId();
  const renaming = useRenameModel(model.id);
  const [edited, setEdited] = useState<string | null>(null);
  const draft = edited ?? model.name;
  const possible = draft !== model.name && draft.trim() !== "" && !renaming.isPending;

  return {
    formId,
    draft,
    possible,
    changed: draft !== model.name,
    error: renaming.error,
    setDraft(name) {
      if (!renaming.isPending) renaming.reset();
      setEdited(name);
    },
    submit() {
      if (!possible) return;
      renaming.mutate(draft, {
        onSuccess: () => {
          // What was typed meanwhile stays.
          setEdited((current) => (current === draft ? null : current));
          tellSuccess(t("model.updated"));
        },
      });
    },
  };
}
