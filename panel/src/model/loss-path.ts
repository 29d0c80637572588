/** A training step, and the loss there. */
export type Point = readonly [step: number, value: number];

/** The curve as an SVG path over the whole box, high values on top. */
export function pathOf(points: readonly Point[], width: number, height: number): string {
  const [steps, values] = [points.map(([step]) => step), points.map(([, value]) => value)];
  const x = scale(steps, width);
  const y = scale(values, height);
  return points
    .map(([step, value], place) => {
      const command = place === 0 ? "M" : "L";
      return `${command}${round(x(step))} ${round(height - y(value))}`;
    })
    .join("");
}

/** From the range of the values to 0 … size; the middle where all are the same. */
function scale(values: readonly number[], size: number): (value: number) => number {
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  return (value) => (span === 0 ? size / 2 : ((value - low) / span) * size);
}

const round = (value: number) => Math.round(value * 10) / 10;
