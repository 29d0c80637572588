import { useCallback, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { signedUrl } from "../api/downloads";
import { faultOf, lineOf } from "../text/faults";
import { tellFault } from "../ui/toaster";

/** Plays a part of a recording straight from storage; one part at a time. */
export function usePlayer(): (route: string, start: number, end: number) => Promise<void> {
  const { t } = useTranslation();
  const audio = useRef<HTMLAudioElement | null>(null);

  useEffect(() => () => audio.current?.pause(), []);

  return useCallback(
    async (route, start, end) => {
      audio.current?.pause();
      try {
        const url = await signedUrl(route);
        audio.current = new Audio(`${url}#t=${start},${end}`);
        await audio.current.play();
      } catch (error) {
        tellFault({ title: t("training.playFailed"), detail: lineOf(faultOf(error, t)) });
      }
    },
    [t],
  );
}
