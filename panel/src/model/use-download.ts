import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { download } from "../api/downloads";
import { faultOf, lineOf } from "../text/faults";
import { tellFault } from "../ui/toaster";

export function useDownload(): (route: string) => Promise<void> {
  const { t } = useTranslation();
  return useCallback(
    async (route) => {
      try {
        await download(route);
      } catch (error) {
        tellFault({ title: t("datasets.downloadFailed"), detail: lineOf(faultOf(error, t)) });
      }
    },
    [t],
  );
}
