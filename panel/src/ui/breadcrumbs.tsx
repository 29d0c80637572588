import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import styles from "./breadcrumbs.module.css";

export function Breadcrumbs({
  trail,
  here,
}: {
  trail: readonly { to: string; name: string }[];
  here: string;
}) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("app.breadcrumbs")}>
      <ol className={styles.trail}>
        {trail.map(({ to, name }) => (
          <li key={to}>
            <Link to={to}>{name}</Link>
            <ChevronRight aria-hidden="true" />
          </li>
        ))}
        <li aria-current="page" dir="auto">
          {here}
        </li>
      </ol>
    </nav>
  );
}
