import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { buttonClass } from "./button";
import styles from "./dialog.module.css";

interface DialogProps {
  open: boolean;
  onClose(): void;
  title: string;
  text?: string;
  wide?: boolean;
  /** While something runs that must be waited for, nothing closes the dialog. */
  locked?: boolean;
  children: ReactNode;
}

export function Dialog({ open, onClose, title, text, wide, locked, children }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Base.Root open={open} onOpenChange={(wanted) => !wanted && !locked && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.scrim} />
        <Base.Popup className={`${styles.popup} ${wide ? styles.wide : ""}`}>
          <header className={styles.header}>
            <div>
              <Base.Title className={styles.title}>{title}</Base.Title>
              {text && <Base.Description className={styles.text}>{text}</Base.Description>}
            </div>
            <Base.Close
              className={`${buttonClass("quiet")} ${styles.close}`}
              aria-label={t("app.close")}
              disabled={locked ?? false}
            >
              <X aria-hidden="true" />
            </Base.Close>
          </header>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** The buttons at a dialog's end, the one that goes on last. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <footer className={styles.actions}>{children}</footer>;
}
