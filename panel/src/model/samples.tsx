import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Evaluation } from "../api/client";
import { Button } from "../ui/button";
import styles from "./samples.module.css";
import { marked } from "./word-marks";

const SHOWN = 5;

/** Sentences that the two models heard differently, each word marked that was not said so. */
export function Samples({
  samples,
  language,
}: {
  samples: Evaluation["samples"];
  language: string;
}) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const different = samples.filter(({ baseline, tuned }) => baseline !== tuned);
  if (different.length === 0) return <p>{t("training.noSamples")}</p>;
  return (
    <section className={styles.samples} aria-label={t("training.samples")}>
      <h3>{t("training.samples")}</h3>
      <ul>
        {different.slice(0, all ? undefined : SHOWN).map((sample, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: sentences repeat, and never move
          <li key={place}>
            <dl>
              <dt>{t("training.reference")}</dt>
              <dd dir="auto">{sample.reference}</dd>
              <dt>{t("training.before")}</dt>
              <dd dir="auto">
                <Heard said={sample.reference} heard={sample.baseline} language={language} />
              </dd>
              <dt>{t("training.after")}</dt>
              <dd dir="auto">
                <Heard said={sample.reference} heard={sample.tuned} language={language} />
              </dd>
            </dl>
          </li>
        ))}
      </ul>
      {!all && different.length > SHOWN && (
        <Button onClick={() => setAll(true)}>
          {t("training.moreSamples", { count: different.length })}
        </Button>
      )}
    </section>
  );
}

function Heard({ said, heard, language }: { said: string; heard: string; language: string }) {
  const { t } = useTranslation();
  return marked(said, heard, language).map(({ text, kind }, place) => {
    // biome-ignore-start lint/suspicious/noArrayIndexKey: words repeat, and never move
    if (kind === "wrong") {
      return (
        <mark key={place} className={styles.wrong} title={t("training.wrong")}>
          {text}
          <span className="visually-hidden"> ({t("training.wrong")})</span>
        </mark>
      );
    }
    if (kind === "missing") {
      return (
        <del key={place} className={styles.missing} title={t("training.missing")}>
          {text}
          <span className="visually-hidden"> ({t("training.missing")})</span>
        </del>
      );
    }
    return <span key={place}>{text}</span>;
    // biome-ignore-end lint/suspicious/noArrayIndexKey: words repeat, and never move
  });
}
