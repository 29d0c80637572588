import type { ReactNode } from "react";
import styles from "./table.module.css";

/** A table that scrolls sideways where it has no room. */
export function Table({
  name,
  columns,
  children,
}: {
  name: string;
  columns: readonly ReactNode[];
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <div className={styles.scroll} role="group" aria-label={name} tabIndex={0}>
      <table className={styles.table} aria-label={name}>
        <thead>
          <tr>
            {columns.map((column, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns never move
              <th key={place} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** A name of a user's, which may be long. */
export function NameCell({ children }: { children: ReactNode }) {
  return <td className={styles.name}>{children}</td>;
}

/** The actions of a row, at its end. */
export function RowActions({ children }: { children: ReactNode }) {
  return (
    <td className={styles.actions}>
      <div>{children}</div>
    </td>
  );
}
