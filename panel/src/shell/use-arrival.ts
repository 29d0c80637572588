import { type RefObject, useEffect, useRef } from "react";
import { useLocation, useNavigationType } from "react-router";

/** Who goes to another page begins at its top, with the keyboard and the screen reader too. */
export function useArrival(content: RefObject<HTMLElement | null>): void {
  const { pathname } = useLocation();
  const how = useNavigationType();
  const here = useRef(pathname);

  useEffect(() => {
    if (here.current === pathname) return;
    here.current = pathname;
    content.current?.focus({ preventScroll: true });
    // The browser itself finds where one was on going back.
    if (how !== "POP") window.scrollTo(0, 0);
  }, [pathname, how, content]);
}
