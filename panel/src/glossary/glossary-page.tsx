import { useTranslation } from "react-i18next";
import { useGlossary } from "../api/glossary";
import { Breadcrumbs } from "../ui/breadcrumbs";
import { FaultNotice } from "../ui/fault-notice";
import { Loading } from "../ui/loading";
import { GlossaryEditor } from "./glossary-editor";

export function GlossaryPage() {
  const { t } = useTranslation();
  const glossary = useGlossary();
  return (
    <>
      <Breadcrumbs trail={[{ to: "/", name: t("dashboard.title") }]} here={t("glossary.title")} />
      {glossary.error && <FaultNotice error={glossary.error} onRetry={() => glossary.refetch()} />}
      {glossary.isPending && <Loading />}
      {glossary.data && <GlossaryEditor kept={glossary.data} />}
    </>
  );
}
