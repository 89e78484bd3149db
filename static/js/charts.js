// Charts: <div class="chart h-240" data-chart="KIND" data-src="ID" role="img" aria-label="…"></div>
// reads the JSON block with that id ({{ data|json_script:"ID" }}). Kinds: band, bars, calib, flow, lines.
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
  // {x: [labels], s: [{n: name, v: [values], c: token?, area: bool?, dash: bool?, dots: bool?}], format: "percent"?}
  lines(chart) {
    return {
      ...base("axis", byPlace(chart)), xAxis: categories(chart.x), yAxis: values(chart.format),
      series: chart.s.map((series, place) => ({
        name: series.n, type: "line", data: series.v, showSymbol: series.dots || chart.x.length < 16, symbol: "circle", symbolSize: series.dots ? 7 : 4,
        lineStyle: { width: series.dots ? 0 : 2, color: colour(series, place), type: series.dash ? [5, 4] : "solid" }, itemStyle: { color: colour(series, place) },
        areaStyle: series.area ? { color: token("band-80") } : undefined,
      })),
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

  // {x: [labels], actual: [], forecast: [], inner: [low, high], outer: [low, high], target: []?, now: place, zero: bool,
  //  words: {actual, forecast, inner, outer, target?, now}, format: "percent"?}; the forecast begins at the last value
  band(chart) {
    const { words } = chart;
    const line = (name, data, style) => ({ name, type: "line", data, showSymbol: false, ...style });
    const drawn = (name, width, dash) => ({ lineStyle: { width, type: dash, color: token(name) }, itemStyle: { color: token(name) } });
    const symbols = { showSymbol: chart.x.length < 60, symbol: "circle", symbolSize: 4, markLine: mark(chart) };
    return {
      ...base("axis", (points) => bandTip(chart, points[0].dataIndex)), grid: { left: 4, right: 28, top: 24, bottom: 4, containLabel: true },
      xAxis: categories(chart.x), yAxis: values(chart.format, chart.zero ? { min: 0 } : { scale: true }),
      series: [
        ...area(chart.outer, "band-80", "outer"), ...area(chart.inner, "band-50", "inner"),
        line(words.forecast, chart.forecast, drawn("c1", 2, [5, 4])),
        ...(chart.target ? [line(words.target, chart.target, { step: "middle", ...drawn("c2", 1.25, [4, 3]) })] : []),
        line(words.actual, chart.actual, { ...drawn("text", 2, "solid"), ...symbols }),
      ],
    };
  },

  // {nodes: [{id, n: name, c: token}], links: [{from: id, to: id, v: number}]}; no flow may lead back
  flow(chart) {
    const names = new Map(chart.nodes.map((node) => [node.id, node.n]));
    const said = (hit) => (hit.dataType === "edge"
      ? tip(`${names.get(hit.data.source)} → ${names.get(hit.data.target)}`, [["", shown(hit.data.value)]])
      : tip(names.get(hit.name), [["", shown(hit.value)]]));
    const label = { color: token("text"), fontSize: 11, formatter: (node) => names.get(node.name) };
    return {
      ...base("item", said),
      series: [{
        type: "sankey", left: 4, right: 4, top: 8, bottom: 8, nodeWidth: 10, nodeGap: 12, draggable: false,
        emphasis: { focus: "adjacency" }, label, lineStyle: { color: "gradient", opacity: 0.32, curveness: 0.5 },
        data: chart.nodes.map((node) => ({
          name: node.id, itemStyle: { color: token(node.c), borderWidth: 0 }, label: { position: node.id.startsWith("l") ? "right" : "left" },
        })),
        links: chart.links.map((link) => ({ source: link.from, target: link.to, value: link.v })),
      }],
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

// Stacking adds up what has one sign only, so a band is the lower line and the way from it to the upper one.
function area([low, high], colourName, stack) {
  const unseen = { type: "line", stack, stackStrategy: "all", showSymbol: false, silent: true, lineStyle: { opacity: 0 } };
  return [
    { ...unseen, data: low, areaStyle: { opacity: 0 } },
    { ...unseen, data: high.map((value, place) => (value === null ? null : value - low[place])), areaStyle: { color: token(colourName), opacity: 1 } },
  ];
}

function mark(chart) {
  return {
    silent: true, symbol: "none", lineStyle: { color: token("line-2"), type: "solid", width: 1 }, data: [{ xAxis: chart.now }],
    label: { formatter: chart.words.now, color: token("text-3"), fontSize: 11, position: "end", distance: [0, 4], align: "right" },
  };
}

function bandTip(chart, place) {
  const { words } = chart;
  const one = (name, line) => (line && line[place] !== null ? [[name, shown(line[place], chart.format)]] : []);
  const range = (name, [low, high]) => (low[place] === null ? [] : [[name, `${shown(low[place], chart.format)} – ${shown(high[place], chart.format)}`]]);
  const ahead = place > chart.now ? [...one(words.forecast, chart.forecast), ...range(words.inner, chart.inner), ...range(words.outer, chart.outer)] : [];
  return tip(chart.x[place], [...one(words.actual, chart.actual), ...ahead, ...one(words.target, chart.target)]);
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
