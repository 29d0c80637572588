import { Brain } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Outlet } from "react-router";
import { useMe } from "../api/account";
import type { Me } from "../api/client";
import { useSession } from "../session/session";
import { Button, buttonClass } from "../ui/button";
import { Dialog, DialogActions } from "../ui/dialog";
import { MessagePage } from "./message-page";

/** The pages of Custom Models, for organisations whose plan has them. */
export function RequireTraining() {
  const me = useMe();
  if (!me.data) return null;
  return me.data.features.includes("automatic_training") ? (
    <Outlet />
  ) : (
    <FeatureNotAvailable organisation={me.data.organisation} />
  );
}

function FeatureNotAvailable({ organisation }: { organisation: Me["organisation"] }) {
  const { t } = useTranslation();
  const { settings } = useSession();
  return (
    <MessagePage
      icon={<Brain aria-hidden="true" />}
      title={t("feature.title")}
      text={t("feature.text")}
    >
      <Link to="/" className={buttonClass()}>
        {t("feature.back")}
      </Link>
      {!organisation.is_resellee &&
        (settings.upgrade_url ? (
          <a href={settings.upgrade_url} className={buttonClass("primary")}>
            {t("feature.upgrade")}
          </a>
        ) : (
          <WhomToAsk organisation={organisation.id} />
        ))}
    </MessagePage>
  );
}

/** The way to another plan where nobody has set up a page for that. */
function WhomToAsk({ organisation }: { organisation: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        {t("feature.upgrade")}
      </Button>
      <Dialog open={open} onClose={close} title={t("feature.upgrade")} text={t("feature.ask")}>
        <p>{t("feature.operators")}</p>
        <code>PUT /api/v1/admin/organisations/{organisation}/plan</code>
        <DialogActions>
          <Button onClick={close}>{t("app.close")}</Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
