import { useQueryClient } from "@tanstack/react-query";
import { AudioLines } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../ui/button";
import { FaultNotice } from "../ui/fault-notice";
import { type Role, signInAs } from "./local";
import type { Oidc } from "./oidc";
import { rememberPlace } from "./return";
import { useSession, wasRefused } from "./session";
import styles from "./sign-in-page.module.css";

/** Shown in the place of any page while nobody is signed in. */
export function SignInPage() {
  const { t } = useTranslation();
  const { oidc, settings } = useSession();
  const signIn = settings.sign_in;
  const client = useQueryClient();

  useEffect(() => {
    document.title = `${t("signIn.title")} · Argot`;
    // Nothing of who was signed in before is for who comes next.
    client.clear();
  }, [t, client]);

  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <AudioLines aria-hidden="true" />
        <h1>{t("signIn.title")}</h1>
        {wasRefused() && <p role="status">{t("signIn.refused")}</p>}
        {oidc && <Provider oidc={oidc} />}
        {signIn?.kind === "local" && <Demo roles={signIn.users.map(({ role }) => role)} />}
        {!signIn && <p>{t("signIn.nowhere")}</p>}
      </div>
    </main>
  );
}

function Provider({ oidc }: { oidc: Oidc }) {
  const { t } = useTranslation();
  const { error, attempt, pending } = useAttempt();
  const go = () => {
    rememberPlace();
    return oidc.begin();
  };
  return (
    <>
      <p>{t("signIn.provider")}</p>
      <FaultNotice error={error} />
      <Button look="primary" onClick={() => attempt(go)} disabled={pending}>
        {t("signIn.continue")}
      </Button>
    </>
  );
}

function Demo({ roles }: { roles: readonly Role[] }) {
  const { t } = useTranslation();
  const { error, attempt, pending } = useAttempt();
  return (
    <>
      <p>{t("signIn.demo")}</p>
      <FaultNotice error={error} />
      <ul className={styles.roles}>
        {roles.map((role) => (
          <li key={role}>
            <Button
              onClick={() => attempt(() => signInAs(role))}
              disabled={pending}
              aria-describedby={`role-${role}`}
            >
              {t("signIn.as", { role: t(`signIn.${role}`) })}
            </Button>
            <p id={`role-${role}`}>{t(`signIn.roles.${role}`)}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

function useAttempt() {
  const [error, setError] = useState<unknown>(null);
  const [pending, setPending] = useState(false);
  async function attempt(signIn: () => Promise<void>) {
    setPending(true);
    setError(null);
    try {
      await signIn();
    } catch (fault) {
      setError(fault);
      setPending(false);
    }
  }
  return { error, pending, attempt };
}
