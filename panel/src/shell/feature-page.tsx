import { Brain } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, Outlet } from "react-router";
import { useMe } from "../api/account";
import { useSession } from "../session/session";
import { buttonClass } from "../ui/button";
import { MessagePage } from "./message-page";

/** The pages of Custom Models, for organisations whose plan has them. */
export function RequireTraining() {
  const me = useMe();
  if (!me.data) return null;
  return me.data.features.includes("automatic_training") ? (
    <Outlet />
  ) : (
    <FeatureNotAvailable isResellee={me.data.organisation.is_resellee} />
  );
}

function FeatureNotAvailable({ isResellee }: { isResellee: boolean }) {
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
      {!isResellee && settings.upgrade_url && (
        <a href={settings.upgrade_url} className={buttonClass("primary")}>
          {t("feature.upgrade")}
        </a>
      )}
    </MessagePage>
  );
}
