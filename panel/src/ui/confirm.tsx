import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button, buttonClass } from "./button";
import { DialogActions } from "./dialog";
import styles from "./dialog.module.css";
import { FaultNotice } from "./fault-notice";
import { useOverlayPlace } from "./overlay-place";

interface ConfirmProps {
  open: boolean;
  onCancel(): void;
  onConfirm(): void;
  title: string;
  text: ReactNode;
  action: string;
  dangerous?: boolean;
  pending: boolean;
  error?: unknown;
  children?: ReactNode;
}

/** Asks before something is done; what went wrong is told where it was asked. */
export function Confirm(props: ConfirmProps) {
  const { t } = useTranslation();
  const { open, onCancel, pending } = props;
  const { container: page } = useOverlayPlace();
  const confirmed = useRef(false);

  function cancel() {
    confirmed.current = false;
    onCancel();
  }

  function confirm() {
    confirmed.current = true;
    props.onConfirm();
  }

  return (
    <AlertDialog.Root open={open} onOpenChange={(wanted) => !wanted && !pending && cancel()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.scrim} />
        <AlertDialog.Viewport className={styles.viewport}>
          <AlertDialog.Popup
            className={styles.popup}
            // The button that asked goes with what was confirmed.
            finalFocus={() => (confirmed.current ? page?.current : null) ?? true}
          >
            <div>
              <AlertDialog.Title className={styles.title}>{props.title}</AlertDialog.Title>
              <AlertDialog.Description className={styles.text}>
                {props.text}
              </AlertDialog.Description>
            </div>
            {props.children}
            <FaultNotice error={props.error} />
            <DialogActions>
              <AlertDialog.Close className={buttonClass()} disabled={pending}>
                {t("app.cancel")}
              </AlertDialog.Close>
              <Button
                look={props.dangerous ? "danger" : "primary"}
                onClick={confirm}
                disabled={pending}
              >
                {props.action}
              </Button>
            </DialogActions>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
