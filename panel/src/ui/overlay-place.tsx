import { createContext, type RefObject, use } from "react";

/**
 * Where lists and menus that open over the page are put: within the landmark or the dialog that
 * they belong to, since what is outside of all of them is hard to come by with a screen reader.
 */
const OverlayPlace = createContext<RefObject<HTMLElement | null> | null>(null);

export const OverlayPlaceProvider = OverlayPlace.Provider;

/** Properties of a portal. */
export function useOverlayPlace(): { container?: RefObject<HTMLElement | null> } {
  const place = use(OverlayPlace);
  return place ? { container: place } : {};
}
