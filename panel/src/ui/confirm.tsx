import { AlertDialog } from "@base-ui/react/alert-dialog";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button, buttonClass } from "./button";
import { DialogActions } from "./dialog";
import styles from "./dialog.module.css";
import { FaultNotice } from "./fault-notice";

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
  return (
    <AlertDialog.Root open={open} onOpenChange={(wanted) => !wanted && !pending && onCancel()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.scrim} />
        <AlertDialog.Viewport className={styles.viewport}>
          <AlertDialog.Popup className={styles.popup}>
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
                onClick={props.onConfirm}
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
