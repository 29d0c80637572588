import { type ComponentProps, type ReactNode, useId } from "react";
import styles from "./field.module.css";

/** A label over what it names. */
export function Field({
  label,
  children,
  help,
}: {
  label: string;
  children: (ids: { id: string; labelId: string; helpId: string | undefined }) => ReactNode;
  help?: string | undefined;
}) {
  const id = useId();
  const labelId = `${id}-label`;
  const helpId = help ? `${id}-help` : undefined;
  return (
    <div className={styles.field}>
      <label id={labelId} htmlFor={id}>
        {label}
      </label>
      {children({ id, labelId, helpId })}
      {help && (
        <p id={helpId} className={styles.help}>
          {help}
        </p>
      )}
    </div>
  );
}

/** Text of a user: its direction is that of its letters. */
export function TextInput({ className, ...rest }: ComponentProps<"input">) {
  return <input dir="auto" {...rest} className={`${styles.input} ${className ?? ""}`} />;
}

export function TextArea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea dir="auto" {...rest} className={`${styles.input} ${className ?? ""}`} />;
}
