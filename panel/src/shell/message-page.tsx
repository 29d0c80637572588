import type { ReactNode } from "react";
import { PageHeader } from "../ui/page-header";
import styles from "./message-page.module.css";

/** A page that says one thing and where to go from there. */
export function MessagePage({
  icon,
  title,
  text,
  children,
}: {
  icon: ReactNode;
  title: string;
  text: string;
  children: ReactNode;
}) {
  return (
    <div className={styles.message}>
      {icon}
      <PageHeader title={title} />
      <p>{text}</p>
      <div className={styles.actions}>{children}</div>
    </div>
  );
}
