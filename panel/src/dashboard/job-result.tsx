import { Download } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type JobKind, type Phrase, type ResultFormat, resultText, usePhrases } from "../api/jobs";
import { faultOf, lineOf } from "../text/faults";
import { clock } from "../text/format";
import { Badge } from "../ui/badge";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { FaultNotice } from "../ui/fault-notice";
import { Loading } from "../ui/loading";
import { tellFault } from "../ui/toaster";
import styles from "./job-result.module.css";
import { recordingOf } from "./jobs";

const FORMATS: Record<JobKind, readonly ResultFormat[]> = {
  transcription: ["txt", "srt", "vtt"],
  alignment: ["vtt", "srt"],
};

/** The text with its times, beside the recording where this visit has it. */
export function JobResult({ kind, id, name }: { kind: JobKind; id: string; name: string }) {
  const { t } = useTranslation();
  const phrases = usePhrases(kind, id, true);

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
      {phrases.data && <Player recording={recordingOf(id)} phrases={phrases.data} />}
    </Card>
  );
}

function Player({ recording, phrases }: { recording: File | undefined; phrases: Phrase[] }) {
  const { t } = useTranslation();
  const audio = useRef<HTMLAudioElement>(null);
  const [now, setNow] = useState(-1);
  const url = useMemo(() => (recording ? URL.createObjectURL(recording) : null), [recording]);

  useEffect(() => () => (url ? URL.revokeObjectURL(url) : undefined), [url]);

  function playFrom(start: number) {
    if (!audio.current) return;
    audio.current.currentTime = start;
    void audio.current.play();
  }

  return (
    <>
      {url && (
        // biome-ignore lint/a11y/useMediaCaption: what is said stands below, phrase by phrase
        <audio
          ref={audio}
          src={url}
          controls
          className={styles.audio}
          onTimeUpdate={(event) => setNow(event.currentTarget.currentTime)}
        />
      )}
      {phrases.length === 0 && <p>{t("dashboard.nothingSaid")}</p>}
      <ol className={styles.phrases}>
        {phrases.map(({ start, end, text, matched }) => (
          <li key={`${start} ${end}`} data-now={(start <= now && now < end) || undefined}>
            {url ? (
              <button
                type="button"
                onClick={() => playFrom(start)}
                aria-label={t("dashboard.playFrom", { start: clock(start) })}
              >
                {clock(start)}
              </button>
            ) : (
              <span className={styles.time}>{clock(start)}</span>
            )}
            <span dir="auto">
              {text} {matched === false && <Badge colour="amber">{t("dashboard.notFound")}</Badge>}
            </span>
          </li>
        ))}
      </ol>
    </>
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
