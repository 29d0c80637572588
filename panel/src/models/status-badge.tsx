import { useTranslation } from "react-i18next";
import type { StatusName } from "../api/client";
import { Badge, type Colour } from "../ui/badge";

export const STATUS_COLOURS: Record<StatusName, Colour> = {
  not_running: "grey",
  provisioning: "amber",
  running: "sky",
  success: "green",
  failed: "red",
};

export function StatusBadge({ status }: { status: StatusName }) {
  const { t } = useTranslation();
  return <Badge colour={STATUS_COLOURS[status]}>{t(`status.${status}`)}</Badge>;
}
