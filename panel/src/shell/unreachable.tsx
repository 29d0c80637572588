import { FaultNotice } from "../ui/fault-notice";
import styles from "./message-page.module.css";

/** In the place of the panel when the server does not even say how to sign in. */
export function Unreachable({ error }: { error: unknown }) {
  return (
    <main className={styles.message}>
      <h1>Argot</h1>
      <FaultNotice error={error} onRetry={() => window.location.reload()} />
    </main>
  );
}
