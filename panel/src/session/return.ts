/** Where to go after signing in: the page that asked for it. */

/** Where an OpenID Connect provider sends the browser back to. */
export const CALLBACK = "/signed-in";

const PLACE = "argot.return";

export function rememberPlace(): void {
  const { pathname, search } = window.location;
  if (pathname !== CALLBACK) sessionStorage.setItem(PLACE, pathname + search);
}

export function takePlace(): string {
  const place = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  // Two slashes would lead to another host, and the router goes to none.
  return place?.startsWith("/") && !place.startsWith("//") ? place : "/";
}
