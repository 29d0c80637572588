/**
 * Call Uppy's list of files a list, as long as the element is there.
 *
 * With one file it has items and no list, which a screen reader does not read out as either.
 */
export function keepListRole(place: HTMLElement): MutationObserver {
  const observer = new MutationObserver(() => {
    for (const list of place.querySelectorAll(".uppy-Dashboard-files:not([role])")) {
      list.setAttribute("role", "list");
    }
  });
  observer.observe(place, { childList: true, subtree: true });
  return observer;
}
