import { GraduationCap } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomModel } from "../api/client";
import { isStartable } from "../api/models";
import { Problem } from "../api/problem";
import { useTrain } from "../api/trainings";
import { Button } from "../ui/button";
import { Confirm } from "../ui/confirm";
import { tellSuccess } from "../ui/toaster";
import { RemainingClaims } from "./remaining-claims";
import styles from "./train-button.module.css";

/**
 * Ask, start, and ask once more where audio would be left out.
 *
 * The server validates as the first part of starting, so that what was validated is what is
 * trained on.
 */
export function TrainButton({ model }: { model: CustomModel }) {
  const { t } = useTranslation();
  const train = useTrain(model.id);
  const [asking, setAsking] = useState(false);
  const [skipping, setSkipping] = useState<readonly string[]>([]);
  const [attempt, setAttempt] = useState("");

  function ask() {
    train.reset();
    setSkipping([]);
    setAttempt(crypto.randomUUID());
    setAsking(true);
  }

  function start(skipUnmatched: boolean) {
    // The consent makes it another request, which needs another key.
    const key = skipUnmatched ? `${attempt}-skip` : attempt;
    train.mutate(
      { skipUnmatched, attempt: key },
      {
        onSuccess: () => {
          setAsking(false);
          tellSuccess(t("train.started"));
        },
        onError: (error) => {
          if (error instanceof Problem && error.code === "unmatched-audio") {
            setSkipping(error.unmatchedAudio);
            train.reset();
          }
        },
      },
    );
  }

  const count = skipping.length;
  return (
    <>
      {isStartable(model) && (
        <Button look="primary" icon={<GraduationCap aria-hidden="true" />} onClick={ask}>
          {t("model.train")}
        </Button>
      )}
      <Confirm
        open={asking && count === 0}
        onCancel={() => setAsking(false)}
        onConfirm={() => start(false)}
        title={t("train.title")}
        text={t("train.text", { name: model.name })}
        action={t("train.confirm")}
        pending={train.isPending}
        error={train.error}
      >
        <RemainingClaims />
      </Confirm>
      <Confirm
        open={asking && count > 0}
        onCancel={() => setAsking(false)}
        onConfirm={() => start(true)}
        title={t("train.unmatchedTitle")}
        text={t("train.unmatchedText", { count })}
        action={t("train.anyway")}
        pending={train.isPending}
        error={train.error}
      >
        <ul className={styles.files}>
          {skipping.map((name) => (
            <li key={name} dir="auto">
              {name}
            </li>
          ))}
        </ul>
      </Confirm>
    </>
  );
}
