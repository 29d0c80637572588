import { Brain, Info, Lightbulb, Plus } from "lucide-react";
import { useEffect, useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useModels } from "../api/models";
import { Banner } from "../ui/banner";
import { Button } from "../ui/button";
import { EmptyState } from "../ui/empty-state";
import { FaultNotice } from "../ui/fault-notice";
import { LoadMore } from "../ui/load-more";
import { Loading } from "../ui/loading";
import { PageHeader } from "../ui/page-header";
import { CreateDialog } from "./create-dialog";
import { GuideDialog, isFirstVisit, rememberVisit } from "./guide-dialog";
import { ModelsTable } from "./models-table";

export function ModelsPage() {
  const { t } = useTranslation();
  const models = useModels();
  const [creating, setCreating] = useState(false);
  const [guiding, setGuiding] = useState(isFirstVisit);

  useEffect(rememberVisit, []);

  return (
    <>
      <PageHeader title={t("models.title")}>
        <Button icon={<Lightbulb aria-hidden="true" />} onClick={() => setGuiding(true)}>
          {t("models.gettingStarted")}
        </Button>
        <Button look="primary" icon={<Plus aria-hidden="true" />} onClick={() => setCreating(true)}>
          {t("models.new")}
        </Button>
      </PageHeader>

      <Banner colour="sky" title={t("models.about")} icon={<Info aria-hidden="true" />}>
        <p>
          <Trans i18nKey="models.aboutText" components={{ force: <Link to="/" /> }} />
        </p>
      </Banner>

      {models.error && <FaultNotice error={models.error} onRetry={() => models.refetch()} />}
      {models.isPending && !models.error && <Loading />}
      {models.data &&
        (models.data.length > 0 ? (
          <>
            <ModelsTable models={models.data} />
            <LoadMore pages={models} />
          </>
        ) : (
          <EmptyState icon={<Brain />} title={t("models.empty")} text={t("models.emptyText")}>
            <Button look="primary" onClick={() => setCreating(true)}>
              {t("models.createFirst")}
            </Button>
          </EmptyState>
        ))}

      <CreateDialog open={creating} onClose={() => setCreating(false)} />
      <GuideDialog open={guiding} onClose={() => setGuiding(false)} />
    </>
  );
}
