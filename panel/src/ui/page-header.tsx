import { type ReactNode, useEffect } from "react";
import styles from "./page-header.module.css";

/** The page's heading, which names the browser's tab too, and what can be done there. */
export function PageHeader({ title, children }: { title: string; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Argot`;
  }, [title]);
  return (
    <div className={styles.header}>
      <h1 dir="auto">{title}</h1>
      {children && <div className={styles.actions}>{children}</div>}
    </div>
  );
}
