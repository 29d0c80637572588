import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { buttonClass } from "./button";
import styles from "./dialog.module.css";
import { OverlayPlaceProvider } from "./overlay-place";

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
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root
      open={open}
      onOpenChange={(wanted) => !wanted && !locked && onClose()}
      // A click that misses must not cost what was typed.
      disablePointerDismissal
    >
      <Base.Portal>
        <Base.Backdrop className={styles.scrim} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup
            ref={popup}
            initialFocus={() => firstField(popup.current) ?? true}
            className={`${styles.popup} ${wide ? styles.wide : ""}`}
          >
            <div className={styles.header}>
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
            </div>
            <OverlayPlaceProvider value={popup}>{children}</OverlayPlaceProvider>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

/** The buttons at a dialog's end, the one that goes on last. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}

/** Where one begins to fill in; a dialog without fields begins at its first button. */
function firstField(popup: HTMLElement | null): HTMLElement | null {
  return popup?.querySelector<HTMLElement>("input:not([hidden]), [role=combobox]") ?? null;
}
