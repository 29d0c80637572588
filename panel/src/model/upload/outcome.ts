import type { TFunction } from "i18next";
import { tellFault, tellSuccess } from "../../ui/toaster";

/** How many files of a batch came through; duplicates, which are left as they are, count too. */
export interface Outcome {
  succeeded: number;
  failed: number;
}

export function tellOutcome({ succeeded, failed }: Outcome, t: TFunction): void {
  if (failed === 0) tellSuccess(t("upload.succeeded", { count: succeeded }));
  else if (succeeded === 0)
    tellFault({ title: t("upload.failed", { count: failed }), detail: null });
  else tellFault({ title: t("upload.partly", { succeeded, failed }), detail: null });
}
