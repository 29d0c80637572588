import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";
import { Confirm } from "./confirm";
import { useLeaveWarning } from "./use-leave-warning";

/** While something would be lost with the page, nobody leaves it unasked, by whatever way. */
export function LeaveQuestion({ active }: { active: boolean }) {
  const { t } = useTranslation();
  useLeaveWarning(active);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      active && currentLocation.pathname !== nextLocation.pathname,
  );
  return (
    <Confirm
      open={blocker.state === "blocked"}
      onCancel={() => blocker.reset?.()}
      onConfirm={() => blocker.proceed?.()}
      title={t("app.leaveTitle")}
      text={t("app.leaveText")}
      action={t("app.leave")}
      dangerous
      pending={false}
    />
  );
}
