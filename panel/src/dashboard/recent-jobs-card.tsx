import { FileAudio, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Job, useRecentJobs } from "../api/jobs";
import { IconButton } from "../ui/button";
import { Card } from "../ui/card";
import { EmptyState } from "../ui/empty-state";
import { FaultNotice } from "../ui/fault-notice";
import { Loading } from "../ui/loading";
import { Moment } from "../ui/moment";
import { NameCell, RowActions, Table } from "../ui/table";
import { DeleteJob } from "./delete-job";
import { JobStatus } from "./job-status";
import { jobPage } from "./jobs";
import { useLanguageName } from "./use-language-name";

/** What the organisation had transcribed and aligned lately. */
export function RecentJobsCard() {
  const { t } = useTranslation();
  const jobs = useRecentJobs();
  const [deleting, setDeleting] = useState<Job | null>(null);
  return (
    <Card title={t("dashboard.recent")}>
      {jobs.error && <FaultNotice error={jobs.error} onRetry={() => jobs.refetch()} />}
      {jobs.isPending && !jobs.error && <Loading />}
      {jobs.data &&
        (jobs.data.length === 0 ? (
          <EmptyState
            icon={<FileAudio />}
            title={t("dashboard.noJobs")}
            text={t("dashboard.noJobsText")}
          />
        ) : (
          <Table
            name={t("dashboard.recent")}
            columns={[
              t("dashboard.file"),
              t("dashboard.kind"),
              t("dashboard.language"),
              t("dashboard.jobStatus"),
              t("dashboard.created"),
              <span key="actions" className="visually-hidden">
                {t("app.actions")}
              </span>,
            ]}
          >
            {jobs.data.map((job) => (
              <JobRow key={job.id} job={job} onDelete={() => setDeleting(job)} />
            ))}
          </Table>
        ))}
      <DeleteJob job={deleting} onClose={() => setDeleting(null)} />
    </Card>
  );
}

function JobRow({ job, onDelete }: { job: Job; onDelete(): void }) {
  const { t } = useTranslation();
  const languageName = useLanguageName();
  return (
    <tr>
      <NameCell>
        <Link to={jobPage(job)} dir="auto">
          {job.name}
        </Link>
      </NameCell>
      <td>{t(`dashboard.${job.kind}`)}</td>
      <td>
        <bdi>{languageName(job.language)}</bdi>
      </td>
      <td>
        <JobStatus status={job.status} />
      </td>
      <td>
        <Moment at={job.created_at} />
      </td>
      <RowActions>
        <IconButton
          look="quiet-danger"
          name={t("dashboard.deleteOf", { name: job.name })}
          onClick={onDelete}
        >
          <Trash2 aria-hidden="true" />
        </IconButton>
      </RowActions>
    </tr>
  );
}
