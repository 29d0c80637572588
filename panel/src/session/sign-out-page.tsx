import { useEffect } from "react";
import { useNavigate } from "react-router";
import { useMe } from "../api/account";
import { forgetUploads } from "../model/upload/unfinished";
import { Loading } from "../ui/loading";
import { useSession } from "./session";

export const SIGN_OUT = "/sign-out";

/** The way out is a page, so that one that has something to lose is not left unasked. */
export function SignOutPage() {
  const { signOut } = useSession();
  const userId = useMe().data?.user.id;
  const navigate = useNavigate();
  useEffect(() => {
    if (userId) forgetUploads(userId);
    void navigate("/", { replace: true });
    void signOut();
  }, [signOut, navigate, userId]);
  return <Loading />;
}
