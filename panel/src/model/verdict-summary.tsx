import type { TFunction } from "i18next";
import { CircleAlert, CircleCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Verdict } from "../api/client";
import { length } from "../text/format";
import { Banner } from "../ui/banner";

/** What is said of single files, in the server's words where it said it. */
export function remarksOn(verdict: Verdict | undefined, t: TFunction): Map<string, string[]> {
  const remarks = new Map<string, string[]>();
  const remark = (file: string, text: string) =>
    remarks.set(file, [...(remarks.get(file) ?? []), text]);
  for (const { file, message } of [...(verdict?.errors ?? []), ...(verdict?.warnings ?? [])]) {
    if (file) remark(file, message);
  }
  for (const file of verdict?.unmatched_audio ?? []) remark(file, t("datasets.unmatchedAudio"));
  for (const file of verdict?.unmatched_transcripts ?? []) {
    remark(file, t("datasets.unmatchedTranscript"));
  }
  return remarks;
}

/** Whether the data will do, and what of all of it is missing or odd. */
export function VerdictSummary({ verdict }: { verdict: Verdict }) {
  const { t } = useTranslation();
  const missing = verdict.errors.map(({ message }) => message);
  const hints = verdict.warnings.filter(({ file }) => !file).map(({ message }) => message);
  const counts = [
    t("datasets.pairs", { count: verdict.matched_pairs }),
    t("datasets.matched", { duration: length(verdict.total_duration) }),
  ].join(" · ");
  return (
    <Banner
      colour={verdict.valid ? "green" : "amber"}
      title={verdict.valid ? t("datasets.ready") : t("datasets.missing")}
      icon={verdict.valid ? <CircleCheck aria-hidden="true" /> : <CircleAlert aria-hidden="true" />}
    >
      <p>{counts}</p>
      <Findings texts={missing} />
      <Findings texts={hints} />
    </Banner>
  );
}

/** More than these would push the files out of sight; the rest stands beside them. */
const SHOWN = 5;

function Findings({ texts }: { texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <ul>
      {texts.slice(0, SHOWN).map((text) => (
        <li key={text}>{text}</li>
      ))}
      {texts.length > SHOWN && <li>… +{texts.length - SHOWN}</li>}
    </ul>
  );
}
