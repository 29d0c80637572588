import { FileAudio } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMe } from "../api/account";
import { useJob } from "../api/jobs";
import { Card } from "../ui/card";
import { EmptyState } from "../ui/empty-state";
import { Moment } from "../ui/moment";
import { Table } from "../ui/table";
import { JobStatus } from "./job-status";
import { jobPage, type RecentJob, recentJobs } from "./recent-jobs";

/** What was uploaded in this browser lately. */
export function RecentJobsCard() {
  const { t } = useTranslation();
  const me = useMe();
  const jobs = me.data ? recentJobs(me.data.organisation.id) : [];
  return (
    <Card title={t("dashboard.recent")}>
      {jobs.length === 0 ? (
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
          {jobs.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </Table>
      )}
    </Card>
  );
}

function JobRow({ job }: { job: RecentJob }) {
  const { t } = useTranslation();
  const { data, error } = useJob(job.kind, job.id);
  return (
    <tr>
      <td dir="auto">
        <Link to={jobPage(job)}>{job.fileName}</Link>
      </td>
      <td>{t(`dashboard.${job.kind}`)}</td>
      <td dir="auto">{job.languageName}</td>
      <td>{data ? <JobStatus status={data.status} /> : error && t("dashboard.gone")}</td>
      <td>
        <Moment at={job.startedAt} />
      </td>
    </tr>
  );
}
