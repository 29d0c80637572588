import type { Entry } from "../api/glossary";

/** An entry while it is edited, which keeps its place in the page by a name of its own. */
export interface Draft extends Entry {
  draftId: string;
}

type Kept = Pick<Entry, "term" | "replacement"> & Partial<Entry>;

export function draftsOf(entries: readonly Kept[]): Draft[] {
  return entries.map((entry) => ({
    case_sensitive: false,
    language: null,
    ...entry,
    draftId: crypto.randomUUID(),
  }));
}

export function emptyDraft(): Draft {
  return {
    draftId: crypto.randomUUID(),
    term: "",
    replacement: "",
    case_sensitive: false,
    language: null,
  };
}

/** The list with a row one place nearer to the top. */
export function raised(drafts: readonly Draft[], place: number): Draft[] {
  return drafts.toSpliced(place - 1, 2, ...drafts.slice(place - 1, place + 1).reverse());
}

/** Something is to be written, and not for what. */
export function isNameless({ term, replacement }: Draft): boolean {
  return term.trim() === "" && replacement.trim() !== "";
}

/** Rows without a term are none; a term without a replacement is to be written as it is. */
export function entriesOf(drafts: readonly Draft[]): Entry[] {
  return drafts
    .filter(({ term }) => term.trim() !== "")
    .map(({ draftId: _, ...entry }) => ({
      ...entry,
      replacement: entry.replacement.trim() === "" ? entry.term : entry.replacement,
    }));
}
