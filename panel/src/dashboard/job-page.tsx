import { Progress } from "@base-ui/react/progress";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { isUnderWay, type JobKind, useJob } from "../api/jobs";
import { Problem } from "../api/problem";
import { NotFound } from "../shell/not-found";
import { length } from "../text/format";
import { Breadcrumbs } from "../ui/breadcrumbs";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { Fact, Facts } from "../ui/facts";
import { FaultNotice } from "../ui/fault-notice";
import { Loading } from "../ui/loading";
import { Moment } from "../ui/moment";
import { PageHeader } from "../ui/page-header";
import bar from "../ui/progress.module.css";
import { DeleteJob } from "./delete-job";
import { JobResult } from "./job-result";
import { JobStatus } from "./job-status";
import { useLanguageName } from "./use-language-name";

export function JobPage({ kind }: { kind: JobKind }) {
  const { t } = useTranslation();
  const { jobId = "" } = useParams();
  const job = useJob(kind, jobId);
  const languageName = useLanguageName();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const title = job.data?.name ?? t(`dashboard.${kind}`);

  if (job.error instanceof Problem && job.error.status === 404) return <NotFound />;
  return (
    <>
      <Breadcrumbs trail={[{ to: "/", name: t("dashboard.title") }]} here={title} />
      <PageHeader title={title}>
        {job.data && (
          <Button icon={<Trash2 aria-hidden="true" />} onClick={() => setDeleting(true)}>
            {t("dashboard.delete")}
          </Button>
        )}
      </PageHeader>
      <DeleteJob
        job={deleting ? { kind, id: jobId, name: title } : null}
        onClose={() => setDeleting(false)}
        onDeleted={() => navigate("/", { replace: true })}
      />
      {job.error && <FaultNotice error={job.error} onRetry={() => job.refetch()} />}
      {job.isPending && <Loading />}
      {job.data && (
        <Card title={t(`dashboard.${kind}`)} actions={<JobStatus status={job.data.status} />}>
          <Facts>
            <Fact name={t("dashboard.language")}>{languageName(job.data.language)}</Fact>
            <Fact name={t("dashboard.duration")}>
              {job.data.duration === null ? "–" : length(job.data.duration)}
            </Fact>
            <Fact name={t("dashboard.created")}>
              <Moment at={job.data.created_at} />
            </Fact>
          </Facts>
          {job.data.status === "uploading" && <p>{t("dashboard.unfinished")}</p>}
          {isUnderWay(job.data.status) && (
            <Progress.Root value={job.data.progress} aria-label={t("training.percent")}>
              <Progress.Track className={bar.track}>
                <Progress.Indicator className={bar.indicator} />
              </Progress.Track>
            </Progress.Root>
          )}
          {job.data.failure && <p role="alert">{job.data.failure.message}</p>}
        </Card>
      )}
      {job.data?.status === "succeeded" && <JobResult kind={kind} id={jobId} name={title} />}
    </>
  );
}
