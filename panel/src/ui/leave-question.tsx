import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";
import { Confirm } from "./confirm";

interface LeaveQuestionProps {
  active: boolean;
  title: string;
  text: string;
}

/** While something would be lost with the page, nobody leaves it unasked. */
export function LeaveQuestion({ active, title, text }: LeaveQuestionProps) {
  const { t } = useTranslation();

  // Leaving the panel is for the browser to ask about, in its own words.
  useEffect(() => {
    if (!active) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [active]);

  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      active && currentLocation.pathname !== nextLocation.pathname,
  );
  return (
    <Confirm
      open={blocker.state === "blocked"}
      onCancel={() => blocker.reset?.()}
      onConfirm={() => blocker.proceed?.()}
      title={title}
      text={text}
      action={t("app.leave")}
      dangerous
      pending={false}
    />
  );
}
