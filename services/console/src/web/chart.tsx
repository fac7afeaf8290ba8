import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Overview } from '@sms-gateway/reporting';

const HEIGHT = 220;
/** The lines differ in dash as well as in colour. */
const LINES = [
  { name: 'accepted', variable: '--accent', dash: [] },
  { name: 'sent', variable: '--warn', dash: [6, 4] },
  { name: 'delivered', variable: '--good', dash: [2, 3] },
] as const;

function optionsFor(element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1 },
  };
  return {
    width: Math.max(240, element.clientWidth),
    height: HEIGHT,
    axes: [axis, { ...axis, size: 56 }],
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.1)] } },
    series: [
      {},
      ...LINES.map(({ name, variable, dash }) => ({
        label: name,
        stroke: colour(variable),
        width: 2,
        dash: [...dash],
        points: { show: false },
      })),
    ],
  };
}

/** Messages per minute over the window. The totals beside it give the same information to people who cannot see it. */
export function Chart({ series, label }: { series: Overview['series']; label: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const data = useRef<uPlot.AlignedData>([[]]);

  const perMinute = 60_000 / series.stepMs;
  const rate = (counts: number[]) => counts.map((count) => count * perMinute);
  const start = Date.parse(series.startedAt) / 1000;
  data.current = [
    series.accepted.map((_count, index) => start + (index * series.stepMs) / 1000),
    rate(series.accepted),
    rate(series.sent),
    rate(series.delivered),
  ];

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsFor(element), data.current, element);
    };
    draw();
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: Math.max(240, element.clientWidth), height: HEIGHT }),
    );
    resized.observe(element);
    dark.addEventListener('change', draw);
    return () => {
      resized.disconnect();
      dark.removeEventListener('change', draw);
      plot.current?.destroy();
    };
  }, []);

  useEffect(() => plot.current?.setData(data.current), [series]);

  return <div ref={frame} role="img" aria-label={label} class="chart" />;
}
