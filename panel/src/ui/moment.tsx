import { date } from "../text/format";

/** A time as the browser's locale writes it, and exactly for programs. */
export function Moment({ at }: { at: string }) {
  return <time dateTime={at}>{date(at)}</time>;
}
