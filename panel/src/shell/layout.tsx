import { AudioLines, Brain, LayoutDashboard } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, Outlet, useLocation } from "react-router";
import { useMe } from "../api/account";
import { Boundary } from "../ui/boundary";
import { FaultNotice } from "../ui/fault-notice";
import { Loading } from "../ui/loading";
import { OverlayPlaceProvider } from "../ui/overlay-place";
import { AccountMenu } from "./account-menu";
import styles from "./layout.module.css";
import { useArrival } from "./use-arrival";

/** The sidebar beside the page, which becomes a bar above it on narrow screens. */
export function Layout() {
  const { t } = useTranslation();
  const me = useMe();
  const { pathname } = useLocation();
  const content = useRef<HTMLElement>(null);
  useArrival(content);
  const hasTraining = me.data?.features.includes("automatic_training");
  return (
    <OverlayPlaceProvider value={content}>
      <div className={styles.layout}>
        <a className={styles.skip} href="#content">
          {t("app.skip")}
        </a>
        <header className={styles.sidebar}>
          <div className={styles.brand}>
            <AudioLines aria-hidden="true" />
            <span>Argot</span>
          </div>
          <nav aria-label={t("app.navigation")} className={styles.navigation}>
            <Entry to="/" icon={<LayoutDashboard aria-hidden="true" />} name={t("app.dashboard")} />
            {hasTraining && (
              <Entry
                to="/custom-models"
                icon={<Brain aria-hidden="true" />}
                name={t("app.customModels")}
              />
            )}
          </nav>
          {me.data && <AccountMenu me={me.data} />}
        </header>
        <main ref={content} id="content" className={styles.content} tabIndex={-1}>
          {me.data ? (
            <Boundary key={pathname}>
              <Outlet />
            </Boundary>
          ) : me.error ? (
            <FaultNotice error={me.error} onRetry={() => me.refetch()} />
          ) : (
            <Loading />
          )}
        </main>
      </div>
    </OverlayPlaceProvider>
  );
}

function Entry({ to, icon, name }: { to: string; icon: ReactNode; name: string }) {
  return (
    <NavLink to={to} end={to === "/"} className={styles.entry ?? ""}>
      {icon}
      <span>{name}</span>
    </NavLink>
  );
}
