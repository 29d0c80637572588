import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createBrowserRouter, Route, RouterProvider, Routes } from "react-router";
import { Problem } from "./api/problem";
import { DashboardPage } from "./dashboard/dashboard-page";
import { JobPage } from "./dashboard/job-page";
import { GlossaryPage } from "./glossary/glossary-page";
import { ModelPage } from "./model/model-page";
import { ModelsPage } from "./models/models-page";
import { CALLBACK } from "./session/return";
import { type Session, SessionProvider, useSignedIn } from "./session/session";
import { SignInPage } from "./session/sign-in-page";
import { SIGN_OUT, SignOutPage } from "./session/sign-out-page";
import { SignedInPage } from "./session/signed-in-page";
import { RequireTraining } from "./shell/feature-page";
import { Layout } from "./shell/layout";
import { NotFound } from "./shell/not-found";
import { ToastProvider } from "./ui/toaster";

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    // The plan has changed meanwhile: what may be seen follows from what is asked anew.
    onError(error) {
      if (error instanceof Problem && error.code === "feature-not-available") {
        void queries.invalidateQueries({ queryKey: ["me"] });
      }
    },
  }),
  defaultOptions: {
    // The server may be on this machine: whether there is a network says nothing of it.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      refetchOnReconnect: true,
      // A refusal stays one; what did not answer may answer the next time.
      retry: (failures, error) => failures < 2 && !(error instanceof Problem && error.status < 500),
    },
  },
});

/** A router with one route, for only such a router lets a page ask before it is left. */
const router = createBrowserRouter([{ path: "*", Component: Pages }]);

export function App({ session }: { session: Session }) {
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <SessionProvider session={session}>
          <ToastProvider>
            <RouterProvider router={router} />
          </ToastProvider>
        </SessionProvider>
      </QueryClientProvider>
    </CSPProvider>
  );
}

function Pages() {
  const signedIn = useSignedIn();
  return (
    <Routes>
      <Route path={CALLBACK} element={<SignedInPage />} />
      {signedIn ? (
        <Route element={<Layout />}>
          <Route index element={<DashboardPage />} />
          <Route path="transcriptions/:jobId" element={<JobPage kind="transcription" />} />
          <Route path="alignments/:jobId" element={<JobPage kind="alignment" />} />
          <Route path="glossary" element={<GlossaryPage />} />
          <Route path="custom-models" element={<RequireTraining />}>
            <Route index element={<ModelsPage />} />
            <Route path=":modelId" element={<ModelPage />} />
          </Route>
          <Route path={SIGN_OUT} element={<SignOutPage />} />
          <Route path="*" element={<NotFound />} />
        </Route>
      ) : (
        <Route path="*" element={<SignInPage />} />
      )}
    </Routes>
  );
}
