import { useTranslation } from "react-i18next";
import type { components } from "../api/schema";
import { Badge, type Colour } from "../ui/badge";

type Status = components["schemas"]["Transcription"]["status"];

const COLOURS: Record<Status, Colour> = {
  uploading: "grey",
  queued: "amber",
  running: "sky",
  succeeded: "green",
  failed: "red",
};

export function JobStatus({ status }: { status: Status }) {
  const { t } = useTranslation();
  return <Badge colour={COLOURS[status]}>{t(`dashboard.status.${status}`)}</Badge>;
}
