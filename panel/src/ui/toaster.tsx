import { Toast } from "@base-ui/react/toast";
import { CircleCheck, TriangleAlert, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Fault } from "../text/faults";
import { IconButton } from "./button";
import styles from "./toaster.module.css";

const manager = Toast.createToastManager();

export function tellSuccess(title: string): void {
  manager.add({ title, type: "success", timeout: 6000 });
}

/** Read out at once, and longer there than good news. */
export function tellFault({ title, detail }: Fault): void {
  manager.add({
    title,
    description: detail ?? undefined,
    type: "error",
    priority: "high",
    timeout: 12_000,
  });
}

export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider toastManager={manager} limit={4}>
      {children}
      <Toaster />
    </Toast.Provider>
  );
}

function Toaster() {
  const { toasts } = Toast.useToastManager();
  const { t } = useTranslation();
  return (
    <Toast.Portal>
      <Toast.Viewport className={styles.viewport} aria-label={t("app.notifications")}>
        {toasts.map((toast) => (
          <Toast.Root key={toast.id} toast={toast} className={styles.toast}>
            {toast.type === "error" ? (
              <TriangleAlert aria-hidden="true" />
            ) : (
              <CircleCheck aria-hidden="true" />
            )}
            <div className={styles.body}>
              <Toast.Title className={styles.title} />
              <Toast.Description className={styles.description} />
            </div>
            <Toast.Close render={<IconButton name={t("app.close")} />}>
              <X aria-hidden="true" />
            </Toast.Close>
          </Toast.Root>
        ))}
      </Toast.Viewport>
    </Toast.Portal>
  );
}
