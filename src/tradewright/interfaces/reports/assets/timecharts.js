// Charts over time: one look, one time range, one cursor for all of them.
const { createChart, createSeriesMarkers, CandlestickSeries, LineSeries, AreaSeries, HistogramSeries, BaselineSeries } = LightweightCharts;
const charts = [];
let isFollowing = false;

function chartLook() {
  return {
    layout: { background: { color: 'transparent' }, textColor: color('muted'), fontFamily: color('font'), fontSize: 11 },
    grid: { vertLines: { visible: false }, horzLines: { color: color('grid') } },
    crosshair: {
      vertLine: { color: color('muted'), width: 1, style: 3, labelBackgroundColor: color('ink') },
      horzLine: { visible: false, labelVisible: false },
    },
  };
}

// `series` are {name, values, kind, color, options, show}; `kind` is a series class of the library.
function timeChart(name, time, series, settings = {}) {
  const place = byId(`chart-${name}`);
  if (!place || !time.length) return null;
  const margins = marginsFor(series.map((one) => one.values), name === 'equity' ? 0.12 : 0.06);
  const chart = createChart(place, {
    autoSize: true,
    ...chartLook(),
    layout: { ...chartLook().layout, attributionLogo: name === 'equity' },
    rightPriceScale: { borderVisible: false, scaleMargins: margins, minimumWidth: innerWidth < 620 ? 62 : 84 },
    timeScale: { borderVisible: false, timeVisible: !data.isDaily, secondsVisible: false, minBarSpacing: 0.05, rightOffset: 0,
      lockVisibleTimeRangeOnResize: true },
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false, axisPressedMouseMove: { time: true, price: false } },
    localization: { priceFormatter: settings.format || ((value) => number(value)), locale: 'en-US', dateFormat: 'yyyy-MM-dd' },
  });
  const known = { name, chart, place, time, series: [], legend: byId(`legend-${name}`), grid: settings.grid || null };
  if (known.grid) {
    const spine = chart.addSeries(LineSeries, { visible: false, lastValueVisible: false, priceLineVisible: false });
    spine.setData(known.grid.map((stamp) => ({ time: stamp })));
  }
  for (const one of series) addLine(known, one);
  redraws.push(() => {
    chart.applyOptions(chartLook());
    for (const { api, look } of known.series) api.applyOptions(look());
  });
  watch(known);
  charts.push(known);
  return known;
}

// Room above and below the lines, as parts of the height. Below values that are never negative only as much as keeps
// the axis from going under zero (and a label at zero whole); what holds for all of the time holds in every zoom.
function marginsFor(columns, below) {
  let [low, high] = [Infinity, -Infinity];
  for (const column of columns) {
    for (const value of column) {
      if (!known(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  const top = 0.08;
  if (!(low >= 0 && high > low)) return { top, bottom: below };
  const room = ((1 - top) * low) / high;
  return { top, bottom: Math.min(below, Math.max(room * 0.99, 0.025)) };
}

function addLine(owner, one) {
  const look = () => one.look(color(one.color));
  const api = owner.chart.addSeries(one.kind || LineSeries, {
    priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: one.dots !== false, crosshairMarkerRadius: 3,
    lineWidth: 2, ...one.options, ...look(),
  });
  api.setData(owner.time.map((stamp, row) => (known(one.values[row]) ? { time: stamp, value: one.values[row] } : { time: stamp })));
  owner.series.push({ ...one, api, look });
}

const plain = (options = {}) => (ink) => ({ color: ink, ...options });
const filled = (options = {}) => (ink) => ({ lineColor: ink, topColor: faded(ink, 0.22), bottomColor: faded(ink, 0.02), ...options });
// Filled down (or up) to zero, whatever the range of the axis.
const fromZero = (strength, options = {}) => (ink) => ({
  baseValue: { type: 'price', price: 0 }, topLineColor: ink, bottomLineColor: ink,
  topFillColor1: faded(ink, strength), topFillColor2: faded(ink, strength / 4),
  bottomFillColor1: faded(ink, strength / 4), bottomFillColor2: faded(ink, strength), ...options,
});

function faded(ink, strength) {
  const digits = ink.replace('#', '');
  const [red, green, blue] = [0, 2, 4].map((place) => parseInt(digits.slice(place, place + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${strength})`;
}

// The row at or before a moment.
function rowAt(time, stamp) {
  let low = 0;
  let high = time.length - 1;
  if (high < 0 || stamp < time[0]) return -1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (time[middle] <= stamp) low = middle; else high = middle - 1;
  }
  return low;
}

function writeLegend(owner, stamp) {
  if (!owner.legend) return;
  const row = stamp === null ? owner.time.length - 1 : rowAt(owner.time, stamp);
  owner.legend.replaceChildren();
  if (row >= 0) owner.legend.append(element('span', { class: 'when' }, moment(owner.time[row])));
  if (owner.describe) owner.describe(row);
  for (const one of [...owner.series].sort((left, right) => (right.first || 0) - (left.first || 0))) {
    if (!one.name) continue;
    const entry = element('span', { class: 'entry' });
    entry.append(element('i', { style: `background: var(--${one.color})` }), one.name, ' ', element('b', {}, row < 0 ? dash : one.show(one.values[row])));
    owner.legend.append(entry);
  }
}

function watch(owner) {
  owner.chart.subscribeCrosshairMove((event) => {
    if (isFollowing) return;
    const stamp = event.time === undefined ? null : event.time;
    isFollowing = true;
    for (const other of charts) {
      writeLegend(other, stamp);
      if (other === owner) continue;
      const row = stamp === null ? -1 : rowAt(other.time, stamp);
      if (row < 0 || !other.series.length) other.chart.clearCrosshairPosition();
      else other.chart.setCrosshairPosition(0, other.grid ? stamp : other.time[row], other.series[0].api);
    }
    isFollowing = false;
  });
  owner.chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
    if (isFollowing || !range) return;
    follow(owner, range);
  });
  owner.place.addEventListener('wheel', (event) => zoomByWheel(owner, event), { passive: false });
}

// Charts on the same grid share row numbers; the price chart has rows of its own and is matched by time.
function follow(owner, range) {
  isFollowing = true;
  const span = timesOf(owner, range);
  for (const other of charts) {
    if (other === owner) continue;
    const same = owner.grid && owner.grid === other.grid;
    other.chart.timeScale().setVisibleLogicalRange(same ? range : rowsOf(other, span));
  }
  isFollowing = false;
  redraws.ranges?.forEach((listener) => listener());
}

const axisOf = (owner) => owner.grid || owner.time;
function timesOf(owner, range) {
  const axis = axisOf(owner);
  const last = axis.length - 1;
  const step = last > 0 ? (axis[last] - axis[0]) / last : 86400;
  const at = (row) => {
    if (row <= 0) return axis[0] + row * step;
    if (row >= last) return axis[last] + (row - last) * step;
    const floor = Math.floor(row);
    return axis[floor] + (row - floor) * (axis[floor + 1] - axis[floor]);
  };
  return { from: at(range.from), to: at(range.to) };
}

function rowsOf(owner, span) {
  const axis = axisOf(owner);
  const last = axis.length - 1;
  const step = last > 0 ? (axis[last] - axis[0]) / last : 86400;
  const at = (stamp) => {
    if (stamp <= axis[0]) return (stamp - axis[0]) / step;
    if (stamp >= axis[last]) return last + (stamp - axis[last]) / step;
    const row = rowAt(axis, stamp);
    return row + (stamp - axis[row]) / (axis[row + 1] - axis[row]);
  };
  return { from: at(span.from), to: at(span.to) };
}

function showTimes(span) {
  const owner = charts[0];
  if (!owner) return;
  const range = rowsOf(owner, span);
  owner.chart.timeScale().setVisibleLogicalRange(range);
  follow(owner, range);
}

function zoomByWheel(owner, event) {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const scale = owner.chart.timeScale();
  const range = scale.getVisibleLogicalRange();
  const here = scale.coordinateToLogical(event.offsetX) ?? (range.from + range.to) / 2;
  const factor = Math.exp(Math.sign(event.deltaY) * 0.18);
  scale.setVisibleLogicalRange({ from: here - (here - range.from) * factor, to: here + (range.to - here) * factor });
}

// A band over a stretch of time behind a series (drawdown periods, a chosen round trip).
class Bands {
  constructor(spans, ink, strength) { Object.assign(this, { spans, ink, strength }); }
  attached({ chart, requestUpdate }) { this.chart = chart; this.requestUpdate = requestUpdate; }
  detached() { this.chart = null; }
  show(spans) { this.spans = spans; this.requestUpdate?.(); }
  updateAllViews() {}
  paneViews() {
    return [{ zOrder: () => 'bottom', renderer: () => ({ draw: (target) => target.useBitmapCoordinateSpace((scope) => this.paint(scope)) }) }];
  }
  paint({ context, bitmapSize, horizontalPixelRatio }) {
    const scale = this.chart.timeScale();
    context.fillStyle = faded(color(this.ink), this.strength);
    for (const [from, to] of this.spans) {
      const left = scale.timeToCoordinate(from);
      const right = scale.timeToCoordinate(to);
      if (left === null || right === null) continue;
      context.fillRect(left * horizontalPixelRatio, 0, Math.max((right - left) * horizontalPixelRatio, 1), bitmapSize.height);
    }
  }
}
