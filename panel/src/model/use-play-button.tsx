import { Play } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useDatasets } from "../api/datasets";
import { clock } from "../text/format";
import { IconButton } from "../ui/button";
import { usePlayer } from "./use-player";

/** Plays a part of a file, in seconds; nothing where the model has the file no more. */
export type PlayButton = (file: string, start: number, end: number) => ReactNode;

/** All buttons of one call share a player, so that two parts are never heard at once. */
export function usePlayButton(modelId: string): PlayButton {
  const { t } = useTranslation();
  const datasets = useDatasets(modelId);
  const play = usePlayer();
  const routes = new Map(datasets.data?.map(({ name, url }) => [name, url]));
  return (file, start, end) => {
    const route = routes.get(file);
    if (!route) return null;
    const part = { file, start: clock(start, 1), end: clock(end, 1) };
    return (
      <IconButton name={t("training.play", part)} onClick={() => void play(route, start, end)}>
        <Play aria-hidden="true" />
      </IconButton>
    );
  };
}

/** From where to where in a recording. */
export function Part({ start, end }: { start: number; end: number }) {
  return (
    <small>
      {clock(start, 1)} – {clock(end, 1)}
    </small>
  );
}
