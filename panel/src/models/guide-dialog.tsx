import { useTranslation } from "react-i18next";
import { Button } from "../ui/button";
import { Dialog, DialogActions } from "../ui/dialog";
import styles from "./guide-dialog.module.css";

const SEEN = "argot.guide-seen";
const STEPS = ["create", "upload", "times", "train", "use"] as const;

/** Once for each browser, whoever is signed in. */
export function isFirstVisit(): boolean {
  return localStorage.getItem(SEEN) === null;
}

export function rememberVisit(): void {
  localStorage.setItem(SEEN, "yes");
}

export function GuideDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useTranslation();
  return (
    <Dialog open={open} onClose={onClose} title={t("guide.title")} text={t("guide.text")}>
      <ol className={styles.steps}>
        {STEPS.map((step) => (
          <li key={step}>
            <h3>{t(`guide.${step}`)}</h3>
            <p>{t(`guide.${step}Text`)}</p>
          </li>
        ))}
      </ol>
      <DialogActions>
        <Button look="primary" onClick={onClose}>
          {t("guide.done")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
