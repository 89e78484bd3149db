// Charts: <div class="chart h-240" data-chart="KIND" data-src="ID" role="img" aria-label="…"></div>
// reads the JSON block with that id ({{ data|json_script:"ID" }}). Kinds: band, calib, bars, lines.
// Under the CSP: canvas only, tooltips are DOM nodes, colours are read from the tokens.
/* global echarts */

const percentage = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 1 });
const live = new Map();

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function tip(title, rows) {
  const box = document.createElement("div");
  const head = document.createElement("b");
  head.textContent = title;
  box.append(head);
  for (const [name, value] of rows) {
    const row = document.createElement("div");
    for (const text of [name, value]) {
      const cell = document.createElement("span");
      cell.textContent = text;
      row.append(cell);
    }
    box.append(row);
  }
  return box;
}

function shown(value, format) {
  if (value === null || value === undefined) return "–";
  return format === "percent" ? percentage.format(value) : Number(value).toLocaleString(document.documentElement.lang);
}

function base(trigger, formatter, extra = {}) {
  return {
    animation: false,
    textStyle: { fontFamily: token("font-ui"), fontSize: 11, color: token("text-2") },
    grid: { left: 4, right: 18, top: 12, bottom: 4, containLabel: true },
    tooltip: {
      className: "ctip", confine: true, transitionDuration: 0, trigger, formatter,
      axisPointer: { type: "line", lineStyle: { color: token("line-2"), width: 1 } }, ...extra,
    },
  };
}

function categories(data, extra = {}) {
  return {
    type: "category", data, boundaryGap: false, axisTick: { show: false },
    axisLine: { lineStyle: { color: token("line-2") } },
    axisLabel: { color: token("text-3"), fontSize: 11, hideOverlap: true, margin: 8 }, ...extra,
  };
}

function values(format, extra = {}) {
  return {
    type: "value", splitNumber: 4, splitLine: { lineStyle: { color: token("grid") } },
    axisLabel: { color: token("text-3"), fontSize: 11, formatter: (value) => shown(value, format) }, ...extra,
  };
}

const colour = (series, place) => token(series.c ?? `c${place + 1}`);
const byPlace = (chart) => (points) => tip(
  chart.x[points[0].dataIndex],
  points.map((point) => [point.seriesName, shown(point.value, chart.format)]),
);

const KINDS = {
  // {x: [labels], s: [{n: name, v: [values], c: token?, area: bool?, dots: bool?}], format: "percent"?}
  lines(chart) {
    return {
      ...base("axis", byPlace(chart)), xAxis: categories(chart.x), yAxis: values(chart.format),
      series: chart.s.map((series, place) => ({
        name: series.n, type: "line", data: series.v, showSymbol: series.dots || chart.x.length < 16, symbolSize: series.dots ? 7 : 4,
        symbol: "circle", lineStyle: { width: series.dots ? 0 : 2, color: colour(series, place) }, itemStyle: { color: colour(series, place) },
        areaStyle: series.area ? { color: token("band-80") } : undefined,
      })),
    };
  },

  // {x: [labels], act, fc, lo80, hi80, lo95, hi95, target: [values or null], now: place, nowLabel, names: {act, fc, b80, b95, target}}
  band(chart) {
    const names = chart.names;
    const rows = (at) => [
      [names.act, chart.act[at]],
      ...(at > chart.now ? [[names.fc, chart.fc[at]], [names.b80, between(chart.lo80[at], chart.hi80[at])], [names.b95, between(chart.lo95[at], chart.hi95[at])]] : []),
      [names.target, chart.target[at]],
    ].filter(([, value]) => value !== null && value !== "").map(([name, value]) => [name, typeof value === "string" ? value : shown(value)]);
    const mark = {
      silent: true, symbol: "none", lineStyle: { color: token("line-2"), type: "solid", width: 1 }, data: [{ xAxis: chart.now }],
      label: { formatter: chart.nowLabel, color: token("text-3"), fontSize: 11, position: "end", distance: [0, 4], align: "right" },
    };
    return {
      ...base("axis", (points) => tip(chart.x[points[0].dataIndex], rows(points[0].dataIndex))),
      grid: { left: 4, right: 28, top: 24, bottom: 4, containLabel: true },
      xAxis: categories(chart.x), yAxis: values(),
      series: [
        ...range(chart.lo95, chart.hi95, "outer", token("band-80")),
        ...range(chart.lo80, chart.hi80, "inner", token("band-50")),
        { name: names.fc, type: "line", data: chart.fc, showSymbol: false, lineStyle: { width: 2, type: [5, 4], color: token("c1") }, itemStyle: { color: token("c1") } },
        { name: names.target, type: "line", data: chart.target, step: "middle", showSymbol: false, lineStyle: { width: 1.25, type: [4, 3], color: token("c2") }, itemStyle: { color: token("c2") } },
        { name: names.act, type: "line", data: chart.act, showSymbol: chart.x.length < 60, symbol: "circle", symbolSize: 4, lineStyle: { width: 2, color: token("text") }, itemStyle: { color: token("text") }, markLine: mark },
      ],
    };
  },

  // {x: [labels], s: [{n: name, v: [values], c: token?}], stack: bool?, format: "percent"?}
  bars(chart) {
    const pointer = { axisPointer: { type: "shadow", shadowStyle: { color: token("band-80") } } };
    return {
      ...base("axis", byPlace(chart), pointer),
      xAxis: categories(chart.x, { boundaryGap: true }), yAxis: values(chart.format),
      series: chart.s.map((series, place) => ({
        name: series.n, type: "bar", data: series.v, stack: chart.stack ? "all" : undefined,
        barMaxWidth: 22, barGap: "10%",
        itemStyle: { color: colour(series, place), borderRadius: chart.stack ? 0 : [3, 3, 0, 0] },
      })),
    };
  },

  // {p: [[predicted, observed, low, high]], max: ratio, axis: "…", predicted: "…", observed: "…", group: "…"}
  calib(chart) {
    const ratio = { min: 0, max: chart.max, interval: chart.max / 4 };
    const point = (hit) => tip(`${chart.group} ${hit.dataIndex + 1}`, [
      [chart.predicted, percentage.format(hit.value[0])], [chart.observed, percentage.format(hit.value[1])],
    ]);
    return {
      ...base("item", point), grid: { left: 4, right: 12, top: 12, bottom: 20, containLabel: true },
      xAxis: values("percent", { ...ratio, name: chart.axis, nameLocation: "middle", nameGap: 24, nameTextStyle: { color: token("text-3"), fontSize: 11 } }),
      yAxis: values("percent", ratio),
      series: [
        { type: "line", data: [[0, 0], [chart.max, chart.max]], showSymbol: false, silent: true, lineStyle: { color: token("text-3"), width: 1.25, type: [3, 3] } },
        { type: "custom", silent: true, data: chart.p, renderItem: whisker },
        { type: "line", data: chart.p.map((row) => row.slice(0, 2)), symbol: "circle", symbolSize: 7, lineStyle: { width: 1.75, color: token("c1") }, itemStyle: { color: token("c1"), borderColor: token("surface"), borderWidth: 1.5 } },
      ],
    };
  },
};

// Two stacked lines without strokes: the lower one is not seen, what lies between them is filled.
function range(low, high, stack, color) {
  const line = { type: "line", stack, stackStrategy: "all", showSymbol: false, silent: true, lineStyle: { opacity: 0 } };
  const wide = high.map((value, at) => (value === null ? null : value - low[at]));
  return [{ ...line, data: low, areaStyle: { opacity: 0 } }, { ...line, data: wide, areaStyle: { color, opacity: 1 } }];
}

function between(low, high) {
  return low === null || high === null ? "" : `${shown(low)} – ${shown(high)}`;
}

function whisker(_, api) {
  const [x, low] = api.coord([api.value(0), api.value(2)]);
  const [, high] = api.coord([api.value(0), api.value(3)]);
  const style = { stroke: token("c1"), lineWidth: 1.5, opacity: 0.55 };
  const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style });
  return { type: "group", children: [line(x, low, x, high), line(x - 3, low, x + 3, low), line(x - 3, high, x + 3, high)] };
}

function paint() {
  for (const [place, { chart, kind, data }] of live) {
    if (place.isConnected) chart.setOption(KINDS[kind](data), true);
    else { chart.dispose(); live.delete(place); }
  }
}

function find() {
  for (const place of document.querySelectorAll("[data-chart]")) {
    if (live.has(place)) continue;
    const chart = echarts.init(place, null, { renderer: "canvas" });
    const data = JSON.parse(document.getElementById(place.dataset.src).textContent);
    live.set(place, { chart, kind: place.dataset.chart, data });
    new ResizeObserver(() => { if (!chart.isDisposed()) chart.resize(); }).observe(place);
  }
  paint();
}

find();
document.addEventListener("htmx:afterSettle", find);
document.fonts.ready.then(paint); // canvas text does not restyle itself when the font arrives
new MutationObserver(paint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
