import { useCallback, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { signedUrl } from "../api/downloads";
import { faultOf, lineOf } from "../text/faults";
import { tellFault } from "../ui/toaster";

/** Plays a part of a recording straight from storage; one part at a time. */
export function usePlayer(): (route: string, start: number, end: number) => Promise<void> {
  const { t } = useTranslation();
  const audio = useRef<HTMLAudioElement | null>(null);

  const turn = useRef(0);

  /** The number of the turn that begins; with it all that began before is over. */
  const next = useCallback(() => {
    audio.current?.pause();
    turn.current += 1;
    return turn.current;
  }, []);

  useEffect(() => () => void next(), [next]);

  return useCallback(
    async (route, start, end) => {
      const mine = next();
      try {
        const url = await signedUrl(route);
        if (mine !== turn.current) return;
        audio.current = new Audio(`${url}#t=${start},${end}`);
        await audio.current.play();
      } catch (error) {
        // What is paused before it plays fails, too.
        if (mine !== turn.current) return;
        tellFault({ title: t("training.playFailed"), detail: lineOf(faultOf(error, t)) });
      }
    },
    [t, next],
  );
}
