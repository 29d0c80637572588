/** What a model heard, word by word against what was said. */

export type Kind = "right" | "wrong" | "missing" | "between";

export interface Piece {
  text: string;
  kind: Kind;
}

interface Word {
  text: string;
  /** What counts: neither case nor how letters are composed. */
  key: string;
}

/**
 * The heard text in its order: right and wrong words, what stands between words, and the words
 * that were said and not heard, where they belong. Words are those of the script: some have no
 * spaces between them.
 */
export function marked(said: string, heard: string, locale: string): Piece[] {
  const segmenter = new Intl.Segmenter(locale, { granularity: "word" });
  const wanted = [...segmenter.segment(said)]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => word(segment, locale));
  const segments = [...segmenter.segment(heard)];
  const got = segments
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => word(segment, locale));
  const steps = alignment(wanted, got);

  const pieces: Piece[] = [];
  for (const { segment, isWordLike } of segments) {
    if (!isWordLike) {
      pieces.push({ text: segment, kind: "between" });
      continue;
    }
    takeMissing(steps, pieces);
    pieces.push({ text: segment, kind: steps.shift()?.kind ?? "wrong" });
  }
  takeMissing(steps, pieces);
  return pieces;
}

function takeMissing(steps: Piece[], pieces: Piece[]): void {
  for (let step = steps[0]; step?.kind === "missing"; step = steps[0]) {
    pieces.push(step);
    steps.shift();
  }
}

function word(text: string, locale: string): Word {
  return { text, key: text.normalize("NFC").toLocaleLowerCase(locale) };
}

/** The fewest edits from what was said to what was heard. */
function alignment(said: readonly Word[], heard: readonly Word[]): Piece[] {
  const rows = said.length + 1;
  const columns = heard.length + 1;
  const cost: number[][] = Array.from({ length: rows }, () => new Array(columns).fill(0));
  const at = (row: number, column: number) => cost[row]?.[column] ?? Number.POSITIVE_INFINITY;
  const differ = (row: number, column: number) =>
    said[row - 1]?.key === heard[column - 1]?.key ? 0 : 1;

  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const least =
        row === 0 && column === 0
          ? 0
          : Math.min(
              at(row - 1, column) + 1,
              at(row, column - 1) + 1,
              row > 0 && column > 0 ? at(row - 1, column - 1) + differ(row, column) : Infinity,
            );
      (cost[row] as number[])[column] = least;
    }
  }

  const steps: Piece[] = [];
  let [row, column] = [said.length, heard.length];
  while (row > 0 || column > 0) {
    const here = at(row, column);
    if (row > 0 && column > 0 && here === at(row - 1, column - 1) + differ(row, column)) {
      const kind = differ(row, column) === 0 ? "right" : "wrong";
      steps.push({ text: heard[column - 1]?.text ?? "", kind });
      row -= 1;
      column -= 1;
    } else if (column > 0 && here === at(row, column - 1) + 1) {
      steps.push({ text: heard[column - 1]?.text ?? "", kind: "wrong" });
      column -= 1;
    } else {
      steps.push({ text: said[row - 1]?.text ?? "", kind: "missing" });
      row -= 1;
    }
  }
  return steps.reverse();
}
