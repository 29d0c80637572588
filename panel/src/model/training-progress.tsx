import { Progress } from "@base-ui/react/progress";
import { useTranslation } from "react-i18next";
import type { Training } from "../api/client";
import en from "../text/en.json";
import { length, number } from "../text/format";
import { Card } from "../ui/card";
import { Fact, Facts } from "../ui/facts";
import bar from "../ui/progress.module.css";
import { LossCurve } from "./loss-curve";

type Phase = keyof typeof en.training.phases;

const isPhase = (phase: string): phase is Phase => Object.hasOwn(en.training.phases, phase);

/** How far a training is, while it is not at its end. */
export function TrainingProgress({ training }: { training: Training }) {
  const { t } = useTranslation();
  const { phase, percent, eta_seconds: eta, loss } = training.progress;
  return (
    <Card title={t("training.progress")}>
      <Facts>
        <Fact name={t("training.phase")}>
          {isPhase(phase) ? t(`training.phases.${phase}`) : phase}
        </Fact>
        <Fact name={t("training.percent")}>{number(percent, 0)} %</Fact>
        <Fact name={t("training.eta")}>
          {eta === null ? t("training.etaUnknown") : length(eta)}
        </Fact>
      </Facts>
      <Progress.Root value={percent} aria-label={t("training.progress")}>
        <Progress.Track className={bar.track}>
          <Progress.Indicator className={bar.indicator} />
        </Progress.Track>
      </Progress.Root>
      {loss.length > 1 && <LossCurve loss={loss} />}
    </Card>
  );
}
