import type { Entry } from "../api/glossary";

/**
 * An edited list, with what others have put in and taken out since it was `base`.
 *
 * The server takes the list as a whole: without this, the last to save would undo the others.
 */
export function withOthers(edited: Entry[], base: Entry[], now: Entry[]): Entry[] {
  const [wasThere, isEdited, isThere] = [holds(base), holds(edited), holds(now)];
  return [
    ...edited.filter((entry) => !wasThere(entry) || isThere(entry)),
    ...now.filter((entry) => !wasThere(entry) && !isEdited(entry)),
  ];
}

function holds(list: Entry[]): (entry: Entry) => boolean {
  const known = new Set(list.map(contentOf));
  return (entry) => known.has(contentOf(entry));
}

function contentOf({ term, replacement, case_sensitive, language }: Entry): string {
  return JSON.stringify([term, replacement, case_sensitive, language]);
}
