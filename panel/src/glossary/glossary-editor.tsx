import { BookA, Plus, Save } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLanguages } from "../api/account";
import { usePutGlossary } from "../api/glossary";
import { Button } from "../ui/button";
import { EmptyState } from "../ui/empty-state";
import { FaultNotice } from "../ui/fault-notice";
import { LeaveQuestion } from "../ui/leave-question";
import { PageHeader } from "../ui/page-header";
import { Table } from "../ui/table";
import { tellSuccess } from "../ui/toaster";
import { type Draft, draftsOf, emptyDraft, entriesOf, isNameless, raised } from "./draft";
import { EntryRow } from "./entry-row";
import { withOthers } from "./others";

type Kept = Parameters<typeof draftsOf>[0];

/** The whole list, which is saved as a whole. */
export function GlossaryEditor({ kept }: { kept: Kept }) {
  const { t } = useTranslation();
  const saving = usePutGlossary();
  const languages = useLanguages("training");
  const [drafts, setDrafts] = useState(() => draftsOf(kept));
  const wanted = entriesOf(drafts);
  const base = entriesOf(draftsOf(kept));
  const changed = JSON.stringify(wanted) !== JSON.stringify(base);

  const nameless = drafts.some(isNameless);

  function change(next: Draft[]) {
    if (!saving.isPending) saving.reset();
    setDrafts(next);
  }

  function save() {
    // Refusals are told by an entry's number: rows without one must not count.
    setDrafts(drafts.filter(({ term }) => term.trim() !== ""));
    saving.mutate((now) => withOthers(wanted, base, entriesOf(draftsOf(now))), {
      onSuccess: ({ items }) => {
        // What was typed meanwhile stays.
        setDrafts((current) => withOthers(current, wanted, draftsOf(items)));
        tellSuccess(t("glossary.saved"));
      },
    });
  }

  // Entries are for what Whisper calls a language: a tag without its region.
  const choices = (languages.data ?? []).filter(({ key }) => !key.includes("-"));
  const columns = [
    t("glossary.term"),
    t("glossary.replacement"),
    t("glossary.caseSensitive"),
    t("glossary.language"),
    <span key="actions" className="visually-hidden">
      {t("app.actions")}
    </span>,
  ];
  return (
    <>
      <PageHeader title={t("glossary.title")}>
        <Button
          icon={<Plus aria-hidden="true" />}
          onClick={() => change([...drafts, emptyDraft()])}
        >
          {t("glossary.add")}
        </Button>
        <Button
          look="primary"
          icon={<Save aria-hidden="true" />}
          disabled={!changed || nameless || saving.isPending}
          onClick={save}
        >
          {t("glossary.save")}
        </Button>
      </PageHeader>
      <p>{t("glossary.text")}</p>
      <p role="status">{nameless && t("glossary.nameless")}</p>
      <FaultNotice error={saving.error} />
      <LeaveQuestion
        active={changed || nameless}
        title={t("app.leaveTitle")}
        text={t("app.leaveText")}
      />
      {drafts.length === 0 ? (
        <EmptyState icon={<BookA />} title={t("glossary.empty")} text={t("glossary.emptyText")} />
      ) : (
        <Table name={t("glossary.title")} columns={columns}>
          {drafts.map((draft, place) => (
            <EntryRow
              key={draft.draftId}
              number={place + 1}
              draft={draft}
              languages={choices}
              onChange={(next) => change(drafts.with(place, next))}
              onRaise={place > 0 ? () => change(raised(drafts, place)) : null}
              onRemove={() => change(drafts.toSpliced(place, 1))}
            />
          ))}
        </Table>
      )}
    </>
  );
}
