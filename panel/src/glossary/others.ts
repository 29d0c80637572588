import type { Entry } from "../api/glossary";

/**
 * An edited list, with what others have put in and taken out since it was `base`.
 *
 * The server takes the list as a whole: without this, the last to save would undo the others. Of
 * two who changed the same entry, the last one has it.
 */
export function withOthers<Edited extends Entry>(
  edited: readonly Edited[],
  base: readonly Entry[],
  now: readonly Edited[],
): Edited[] {
  const [wasThere, isThere] = [holds(base, contentOf), holds(now, contentOf)];
  const kept = edited.filter((entry) => !wasThere(entry) || isThere(entry));
  const isKept = holds(kept, termOf);
  return [...kept, ...now.filter((entry) => !wasThere(entry) && !isKept(entry))];
}

function holds(list: readonly Entry[], facet: (entry: Entry) => string) {
  const known = new Set(list.map(facet));
  return (entry: Entry) => known.has(facet(entry));
}

/** What an entry says; without a replacement, that the term is written as it is. */
function contentOf(entry: Entry): string {
  return JSON.stringify([termOf(entry), entry.term, entry.replacement.trim() || entry.term]);
}

/** What the server takes for the same entry. */
function termOf({ term, case_sensitive, language }: Entry): string {
  const sought = term.normalize("NFC");
  return JSON.stringify([case_sensitive ? sought : sought.toLowerCase(), case_sensitive, language]);
}
