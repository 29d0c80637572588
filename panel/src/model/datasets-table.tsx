import { Download, Trash2 } from "lucide-react";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Dataset } from "../api/client";
import { clock, isolated } from "../text/format";
import { IconButton } from "../ui/button";
import { RowActions, Table } from "../ui/table";
import { DatasetState } from "./dataset-state";
import styles from "./datasets-table.module.css";
import { DeleteDataset } from "./delete-dataset";
import { useDownload } from "./use-download";

interface DatasetsTableProps {
  modelId: string;
  datasets: readonly Dataset[];
  /** By name of file. */
  remarks: ReadonlyMap<string, readonly string[]>;
}

export function DatasetsTable({ modelId, datasets, remarks }: DatasetsTableProps) {
  const { t } = useTranslation();
  const [deleting, setDeleting] = useState<Dataset | null>(null);
  const columns = [
    t("datasets.name"),
    t("datasets.type"),
    t("datasets.duration"),
    t("datasets.url"),
    t("datasets.start"),
    t("datasets.end"),
    <span key="actions" className="visually-hidden">
      {t("app.actions")}
    </span>,
  ];
  return (
    <>
      <Table name={t("datasets.table")} columns={columns}>
        {datasets.map((dataset) => (
          <DatasetRow
            key={dataset.id}
            dataset={dataset}
            remarks={remarks.get(dataset.name)?.join("\n") ?? ""}
            onDelete={setDeleting}
          />
        ))}
      </Table>
      <DeleteDataset modelId={modelId} dataset={deleting} onClose={() => setDeleting(null)} />
    </>
  );
}

interface DatasetRowProps {
  dataset: Dataset;
  /** One a line, so that rows compare by value. */
  remarks: string;
  onDelete(dataset: Dataset): void;
}

const DatasetRow = memo(function DatasetRow({ dataset, remarks, onDelete }: DatasetRowProps) {
  const { t } = useTranslation();
  const download = useDownload();
  const { name } = dataset;
  const stored = dataset.status === "ready";
  return (
    <tr>
      <td className={styles.name}>
        <span dir="auto">{name}</span>
        <DatasetState dataset={dataset} />
        {remarks
          .split("\n")
          .map((remark) => remark && <small key={remark}>{isolated(remark, name)}</small>)}
      </td>
      <td>{dataset.type}</td>
      <td className={styles.time}>{shown(dataset.duration)}</td>
      <td>
        <code className={styles.url} title={dataset.url}>
          {dataset.url}
        </code>
      </td>
      <td className={styles.time}>{shown(dataset.start_time)}</td>
      <td className={styles.time}>{shown(dataset.end_time)}</td>
      <RowActions>
        <IconButton
          name={t("datasets.downloadOf", { name })}
          onClick={() => void download(dataset.url)}
          disabled={!stored}
        >
          <Download aria-hidden="true" />
        </IconButton>
        <IconButton
          look="quiet-danger"
          name={t("datasets.deleteOf", { name })}
          onClick={() => onDelete(dataset)}
        >
          <Trash2 aria-hidden="true" />
        </IconButton>
      </RowActions>
    </tr>
  );
});

const shown = (seconds: number | null) => (seconds === null ? "–" : clock(seconds));
