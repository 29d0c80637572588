import { Pencil, Trash2 } from "lucide-react";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMe } from "../api/account";
import type { CustomModel } from "../api/client";
import { buttonClass, IconButton } from "../ui/button";
import { Moment } from "../ui/moment";
import { RowActions, Table } from "../ui/table";
import { DeleteModel } from "./delete-model";
import styles from "./models-table.module.css";
import { StatusBadge } from "./status-badge";

/** Deleting is for these roles; the server refuses it to others. */
const DELETERS = ["admin", "sysop"];

export function ModelsTable({ models }: { models: readonly CustomModel[] }) {
  const { t } = useTranslation();
  const me = useMe();
  const mayDelete = me.data?.user.roles.some((role) => DELETERS.includes(role)) ?? false;
  const [deleting, setDeleting] = useState<CustomModel | null>(null);
  const columns = [
    t("models.name"),
    t("models.status"),
    t("models.baseLanguage"),
    t("models.lastModified"),
    <span key="actions" className="visually-hidden">
      {t("app.actions")}
    </span>,
  ];
  return (
    <>
      <Table name={t("models.table")} columns={columns}>
        {models.map((model) => (
          <ModelRow key={model.id} model={model} onDelete={mayDelete ? setDeleting : null} />
        ))}
      </Table>
      <DeleteModel model={deleting} onClose={() => setDeleting(null)} />
    </>
  );
}

interface ModelRowProps {
  model: CustomModel;
  /** None where the role may not delete. */
  onDelete: ((model: CustomModel) => void) | null;
}

/** A refresh every few seconds leaves rows alone that have not changed. */
const ModelRow = memo(function ModelRow({ model, onDelete }: ModelRowProps) {
  const { t } = useTranslation();
  const page = `/custom-models/${model.id}`;
  return (
    <tr>
      <td className={`${styles.first} ${styles.cell}`}>
        <Link to={page} className={styles.name} dir="auto">
          {model.name}
        </Link>
      </td>
      <td>
        <StatusBadge status={model.status_name} />
      </td>
      <td className={styles.cell}>
        <Link to={page} className={styles.language}>
          {model.language_name}
        </Link>
      </td>
      <td className={styles.date}>
        <Moment at={model.last_modified} />
      </td>
      <RowActions>
        <Link
          to={page}
          className={`${buttonClass("quiet")} ${styles.action}`}
          aria-label={t("models.editOf", { name: model.name })}
          title={t("models.edit")}
        >
          <Pencil aria-hidden="true" />
        </Link>
        {onDelete && (
          <IconButton
            look="quiet-danger"
            name={t("models.deleteOf", { name: model.name })}
            onClick={() => onDelete(model)}
          >
            <Trash2 aria-hidden="true" />
          </IconButton>
        )}
      </RowActions>
    </tr>
  );
});
