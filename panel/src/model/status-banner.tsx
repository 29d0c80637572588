import { CircleCheck, CircleDashed, CircleX, Hourglass, LoaderCircle } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { CustomModel, StatusName } from "../api/client";
import { STATUS_COLOURS } from "../models/status-badge";
import { Banner } from "../ui/banner";

const ICONS: Record<StatusName, ReactNode> = {
  not_running: <CircleDashed aria-hidden="true" />,
  provisioning: <Hourglass aria-hidden="true" />,
  running: <LoaderCircle aria-hidden="true" />,
  success: <CircleCheck aria-hidden="true" />,
  failed: <CircleX aria-hidden="true" />,
};

/** What the status means and what to do about it; changes are read out. */
export function StatusBanner({ model }: { model: CustomModel }) {
  const { t } = useTranslation();
  const status = model.status_name;
  return (
    <Banner
      colour={STATUS_COLOURS[status]}
      title={t("model.statusIs", { status: t(`status.${status}`) })}
      icon={ICONS[status]}
      live
    >
      <p>{t(`statusHelp.${status}`)}</p>
      {model.failure && <p>{model.failure.message}</p>}
      {status === "success" && !model.enabled && <p>{t("model.notEnabled")}</p>}
      <p>
        <Link to="/">{t("model.help")}</Link>
      </p>
    </Banner>
  );
}
