import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Button } from "../ui/button";
import { FaultNotice } from "../ui/fault-notice";
import { Loading } from "../ui/loading";
import { takePlace } from "./return";
import { useSession } from "./session";
import styles from "./sign-in-page.module.css";

/** Where the provider sends the browser back to: trade the code for tokens, and go on. */
export function SignedInPage() {
  const { t } = useTranslation();
  const { oidc } = useSession();
  const navigate = useNavigate();
  const [error, setError] = useState<unknown>(null);
  const begun = useRef(false);

  useEffect(() => {
    // A code is good for one trade.
    if (begun.current) return;
    begun.current = true;
    const trade = oidc?.finish() ?? Promise.resolve(true);
    trade.then((here) => here && navigate(takePlace(), { replace: true }), setError);
  }, [oidc, navigate]);

  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <h1>{error ? t("signIn.failed") : t("signIn.back")}</h1>
        {error ? (
          <>
            <FaultNotice error={error} />
            <Button look="primary" onClick={() => navigate(takePlace(), { replace: true })}>
              {t("app.retry")}
            </Button>
          </>
        ) : (
          <Loading />
        )}
      </div>
    </main>
  );
}
