import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "./theme";

interface ChartProps {
  title: string;
  /** Seconds since 1970, ascending. */
  at: number[];
  values: (number | null)[];
  /** A value with its unit. */
  say: (value: number) => string;
  kind: "bars" | "line";
}

/** One series over time. People who do not see the picture get its sum in words and the table behind it. */
export function Chart({ title, at, values, say, kind }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [theme] = useTheme();
  useEffect(() => {
    const box = place.current;
    if (!box) return;
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--faint").trim();
    const line = style.getPropertyValue("--accent").trim();
    const rule = style.getPropertyValue("--rule").trim();
    const bars = uPlot.paths.bars;
    const axis = { stroke: ink, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule, width: 1 } };
    const plot = new uPlot(
      {
        width: Math.max(box.clientWidth, 200),
        height: 160,
        cursor: { show: false },
        legend: { show: false },
        scales: { y: { range: (_plot, _low, high) => [0, Math.max(high * 1.1, 1)] } },
        axes: [
          { ...axis, values: [[3600, "{HH}:{mm}", "\n{D} {MMM}", null, null, null, null, null, 1]] },
          { ...axis, size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000], values: (_plot, splits) => splits.map((split) => say(split)) },
        ],
        series: [
          {},
          {
            stroke: line,
            width: kind === "bars" ? 0 : 2,
            fill: kind === "bars" ? line : "transparent",
            ...(kind === "bars" && bars ? { paths: bars({ size: [0.7, 40] }) } : {}),
            points: { show: kind === "line" },
          },
        ],
      },
      [at, values],
      box,
    );
    const resized = new ResizeObserver(() => plot.setSize({ width: Math.max(box.clientWidth, 200), height: 160 }));
    resized.observe(box);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [at, values, theme, kind, say]);
  const known = values.filter((value): value is number => value !== null);
  const last = known.at(-1);
  const summary = known.length === 0 || last === undefined ? "nothing yet" : `highest ${say(Math.max(...known))}, last ${say(last)}`;
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong> <span class="faint">{summary}</span>
      </figcaption>
      <div ref={place} role="img" aria-label={`${title}: ${summary}`} />
    </figure>
  );
}
