import { BookA, Languages } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useLanguages } from "../api/account";
import { buttonClass } from "../ui/button";
import { Card } from "../ui/card";
import { EmptyState } from "../ui/empty-state";
import { FaultNotice } from "../ui/fault-notice";
import { Loading } from "../ui/loading";
import { PageHeader } from "../ui/page-header";
import { Table } from "../ui/table";
import { RecentJobsCard } from "./recent-jobs-card";
import { UploadMenu } from "./upload-menu";

export function DashboardPage() {
  const { t } = useTranslation();
  const languages = useLanguages("transcription");
  return (
    <>
      <PageHeader title={t("dashboard.title")}>
        <Link to="/glossary" className={buttonClass()}>
          <BookA aria-hidden="true" />
          {t("glossary.title")}
        </Link>
        <UploadMenu />
      </PageHeader>
      <RecentJobsCard />
      <Card title={t("dashboard.languages")}>
        {languages.error && (
          <FaultNotice error={languages.error} onRetry={() => languages.refetch()} />
        )}
        {languages.isPending && <Loading />}
        {languages.data?.length === 0 && (
          <EmptyState
            icon={<Languages />}
            title={t("dashboard.languages")}
            text={t("dashboard.noLanguages")}
          />
        )}
        {languages.data && languages.data.length > 0 && (
          <Table
            name={t("dashboard.languages")}
            columns={[t("dashboard.language"), t("dashboard.kind"), t("dashboard.key")]}
          >
            {languages.data.map(({ key, name, kind }) => (
              <tr key={key}>
                <td>
                  <bdi>{name}</bdi>
                </td>
                <td>{t(`dashboard.${kind}`)}</td>
                <td>
                  <code>{key}</code>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Card>
    </>
  );
}
