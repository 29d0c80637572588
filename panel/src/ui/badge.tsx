import type { ReactNode } from "react";
import styles from "./badge.module.css";
import colours from "./colours.module.css";

export type Colour = "grey" | "amber" | "sky" | "green" | "red";

export function Badge({ colour, children }: { colour: Colour; children: ReactNode }) {
  return (
    <span className={`${styles.badge} ${colours[colour]}`} data-colour={colour}>
      {children}
    </span>
  );
}
