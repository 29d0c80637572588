import { SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { buttonClass } from "../ui/button";
import { MessagePage } from "./message-page";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <MessagePage
      icon={<SearchX aria-hidden="true" />}
      title={t("notFound.title")}
      text={t("notFound.text")}
    >
      <Link to="/" className={buttonClass()}>
        {t("notFound.back")}
      </Link>
    </MessagePage>
  );
}
