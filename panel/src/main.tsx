import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./ui/tokens.css";
import "./ui/page.css";
import { App } from "./app";
import { openSession } from "./session/session";
import { applyTheme } from "./shell/theme";
import { Unreachable } from "./shell/unreachable";
import { startTexts } from "./text/catalogue";

async function start(): Promise<void> {
  const root = createRoot(document.getElementById("root") as HTMLElement);
  applyTheme();
  // Texts have no part in what may fail: they say that it did.
  const [session] = await Promise.allSettled([openSession(), startTexts()]);
  root.render(
    <StrictMode>
      {session.status === "fulfilled" ? (
        <App session={session.value} />
      ) : (
        <Unreachable error={session.reason} />
      )}
    </StrictMode>,
  );
}

void start();
