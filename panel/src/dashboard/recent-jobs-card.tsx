import { FileAudio } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Job, useRecentJobs } from "../api/jobs";
import { Card } from "../ui/card";
import { EmptyState } from "../ui/empty-state";
import { FaultNotice } from "../ui/fault-notice";
import { Loading } from "../ui/loading";
import { Moment } from "../ui/moment";
import { Table } from "../ui/table";
import { JobStatus } from "./job-status";
import { jobPage } from "./jobs";
import { useLanguageName } from "./use-language-name";

/** What the organisation had transcribed and aligned lately. */
export function RecentJobsCard() {
  const { t } = useTranslation();
  const jobs = useRecentJobs();
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
            ]}
          >
            {jobs.data.map((job) => (
              <JobRow key={job.id} job={job} />
            ))}
          </Table>
        ))}
    </Card>
  );
}

function JobRow({ job }: { job: Job }) {
  const { t } = useTranslation();
  const languageName = useLanguageName();
  return (
    <tr>
      <td dir="auto">
        <Link to={jobPage(job)}>{job.name}</Link>
      </td>
      <td>{t(`dashboard.${job.kind}`)}</td>
      <td dir="auto">{languageName(job.language)}</td>
      <td>
        <JobStatus status={job.status} />
      </td>
      <td>
        <Moment at={job.created_at} />
      </td>
    </tr>
  );
}
