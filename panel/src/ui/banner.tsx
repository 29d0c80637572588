import type { ReactNode } from "react";
import type { Colour } from "./badge";
import styles from "./banner.module.css";
import colours from "./colours.module.css";

interface BannerProps {
  colour: Colour;
  title: string;
  icon?: ReactNode;
  /** Read out when it appears or changes. */
  live?: boolean;
  children?: ReactNode;
}

export function Banner({ colour, title, icon, live = false, children }: BannerProps) {
  return (
    <section
      className={`${styles.banner} ${colours[colour]}`}
      data-colour={colour}
      aria-label={title}
      aria-live={live ? "polite" : undefined}
    >
      {icon}
      <div className={styles.body}>
        <strong>{title}</strong>
        {children}
      </div>
    </section>
  );
}
