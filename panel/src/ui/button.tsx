import type { ComponentProps, ReactNode } from "react";
import styles from "./button.module.css";

type Look = "primary" | "secondary" | "danger" | "quiet" | "quiet-danger";

interface ButtonProps extends ComponentProps<"button"> {
  look?: Look;
  icon?: ReactNode;
}

export function buttonClass(look: Look = "secondary"): string {
  return `${styles.button} ${styles[look]}`;
}

export function Button({ look = "secondary", icon, children, className, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={`${buttonClass(look)} ${className ?? ""}`}>
      {icon}
      {children}
    </button>
  );
}

/** A button of which only the icon shows; its name is read out, and shown on hovering. */
export function IconButton({
  name,
  look = "quiet",
  className,
  ...rest
}: Omit<ButtonProps, "icon" | "name"> & { name: string }) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={name}
      title={name}
      className={`${buttonClass(look)} ${styles.icon} ${className ?? ""}`}
    />
  );
}
