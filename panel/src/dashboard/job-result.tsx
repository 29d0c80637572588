import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type JobKind, type ResultFormat, resultText, usePhrases } from "../api/jobs";
import { faultOf, lineOf } from "../text/faults";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { FaultNotice } from "../ui/fault-notice";
import { Loading } from "../ui/loading";
import { tellFault } from "../ui/toaster";
import { Player } from "./player";

const FORMATS: Record<JobKind, readonly ResultFormat[]> = {
  transcription: ["txt", "srt", "vtt"],
  alignment: ["vtt", "srt"],
};

/** The text with its times, beside the recording. */
export function JobResult({ kind, id, name }: { kind: JobKind; id: string; name: string }) {
  const { t } = useTranslation();
  const phrases = usePhrases(kind, id);

  async function save(format: ResultFormat) {
    try {
      saveText(await resultText(kind, id, format), `${name.replace(/\.[^.]+$/, "")}.${format}`);
    } catch (error) {
      tellFault({ title: t("datasets.downloadFailed"), detail: lineOf(faultOf(error, t)) });
    }
  }

  return (
    <Card
      title={t("dashboard.result")}
      actions={FORMATS[kind].map((format) => (
        <Button
          key={format}
          icon={<Download aria-hidden="true" />}
          aria-label={t("dashboard.downloadAs", { format: format.toUpperCase() })}
          onClick={() => void save(format)}
        >
          {format.toUpperCase()}
        </Button>
      ))}
    >
      {phrases.error && <FaultNotice error={phrases.error} onRetry={() => phrases.refetch()} />}
      {phrases.isPending && <Loading />}
      {phrases.data && <Player kind={kind} id={id} phrases={phrases.data} />}
    </Card>
  );
}

function saveText(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
