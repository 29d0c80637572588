import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type JobKind, type Phrase, useRecording } from "../api/jobs";
import { clock } from "../text/format";
import { Badge } from "../ui/badge";
import styles from "./player.module.css";

interface PlayerProps {
  kind: JobKind;
  id: string;
  phrases: readonly Phrase[];
}

/** The recording, and what is said in it: the phrase that is heard is marked, each can be played. */
export function Player({ kind, id, phrases }: PlayerProps) {
  const { t } = useTranslation();
  const recording = useRecording(kind, id);
  const audio = useRef<HTMLAudioElement>(null);
  const loaded = useRef(false);
  const resume = useRef<{ at: number; playing: boolean } | null>(null);
  const [broken, setBroken] = useState(false);
  const [now, setNow] = useState(-1);
  const url = broken ? undefined : recording.data;

  function playFrom(start: number) {
    if (!audio.current) return;
    if (resume.current) {
      // Another element is on its way.
      resume.current = { at: start, playing: true };
      return;
    }
    audio.current.currentTime = start;
    // Where that fails the element says so itself.
    audio.current.play().catch(() => undefined);
  }

  /** The URL holds for a few minutes only: what was heard before is heard by another. */
  function goOn(element: HTMLAudioElement) {
    if (!loaded.current) {
      setBroken(true);
      return;
    }
    loaded.current = false;
    resume.current = { at: element.currentTime, playing: !element.paused };
    void recording.refetch();
  }

  function begin(element: HTMLAudioElement) {
    loaded.current = true;
    if (!resume.current) return;
    element.currentTime = resume.current.at;
    if (resume.current.playing) element.play().catch(() => undefined);
    resume.current = null;
  }

  return (
    <>
      {url && (
        // biome-ignore lint/a11y/useMediaCaption: what is said stands below, phrase by phrase
        <audio
          key={recording.dataUpdatedAt}
          ref={audio}
          src={url}
          controls
          className={styles.audio}
          onLoadedMetadata={(event) => begin(event.currentTarget)}
          onError={(event) => goOn(event.currentTarget)}
          onTimeUpdate={(event) => setNow(event.currentTarget.currentTime)}
        />
      )}
      {(broken || recording.error) && <p role="status">{t("training.playFailed")}</p>}
      {phrases.length === 0 && <p>{t("dashboard.nothingSaid")}</p>}
      <ol className={styles.phrases}>
        {phrases.map(({ start, end, text, matched }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they stay in place, and times may be equal
          <li key={place} data-now={(start <= now && now < end) || undefined}>
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
