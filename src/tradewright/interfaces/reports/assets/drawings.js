// Bars, distributions and clouds of dots: drawn as SVG to the width of their card, again when it changes.
const SVG = 'http://www.w3.org/2000/svg';
const drawings = [];

function shape(parent, name, attributes, text = null) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== null) made.textContent = text;
  parent.append(made);
  return made;
}

function drawing(name, height, draw) {
  const place = byId(`chart-${name}`);
  if (!place) return;
  place.style.height = `${height}px`;
  const paint = (width = place.clientWidth) => {
    if (width < 40) return;
    place.replaceChildren();
    const svg = shape(place, 'svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img' });
    draw(svg, { left: 54, right: width - 10, top: 10, bottom: height - 26, width, height });
  };
  let last = 0;
  new ResizeObserver(() => { if (place.clientWidth !== last) { last = place.clientWidth; paint(); } }).observe(place);
  drawings.push(paint);
}

// Round steps that cover a range.
function ticks(low, high, wanted = 5) {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const step = [1, 2, 2.5, 5, 10].map((part) => part * power).find((part) => span / part <= wanted + 2);
  const marks = [];
  for (let mark = Math.ceil(low / step - 1e-9) * step; mark <= high + step * 1e-9; mark += step) marks.push(Math.abs(mark) < step * 1e-9 ? 0 : mark);
  return marks;
}

function scaleOf(low, high, from, to) {
  const span = high - low || 1;
  return (value) => from + ((value - low) / span) * (to - from);
}

function digitsOf(marks) {
  const step = marks.length > 1 ? Math.abs(marks[1] - marks[0]) * 100 : 1;
  return [0, 1, 2].find((digits) => Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6) ?? 3;
}

function axisLeft(svg, box, marks, at, write) {
  for (const mark of marks) {
    shape(svg, 'line', { x1: box.left, x2: box.right, y1: at(mark), y2: at(mark), class: mark === 0 ? 'zero' : 'grid' });
    shape(svg, 'text', { x: box.left - 8, y: at(mark) + 4, class: 'tick end' }, write(mark));
  }
}

function axisBelow(svg, box, marks, at, write) {
  for (const mark of marks) shape(svg, 'text', { x: at(mark), y: box.bottom + 18, class: 'tick middle' }, write(mark));
}

function drawYears() {
  const { year, return: own, benchmark_return: other } = data.years;
  drawing('years', 300, (svg, box) => {
    const lines = data.hasBenchmark ? [['own', own], ['other', other]] : [['own', own]];
    const all = lines.flatMap(([, values]) => values).filter(known).concat(0);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const y = scaleOf(low, high, box.bottom, box.top);
    const marks = ticks(low, high);
    axisLeft(svg, box, marks, y, (mark) => percent(mark, digitsOf(marks)));
    const slot = (box.right - box.left) / year.length;
    const wide = Math.min((slot * 0.72) / lines.length, 26);
    const every = Math.ceil(34 / slot);
    year.forEach((name, place) => {
      const middle = box.left + slot * (place + 0.5);
      if (place % every === 0) shape(svg, 'text', { x: middle, y: box.bottom + 18, class: 'tick middle' }, String(name));
      lines.forEach(([ink, values], line) => {
        const value = values[place];
        if (!known(value)) return;
        const bar = shape(svg, 'rect', {
          x: middle + (line - lines.length / 2) * wide + 0.5, width: Math.max(wide - 1, 1),
          y: Math.min(y(value), y(0)), height: Math.max(Math.abs(y(value) - y(0)), 0.5), class: `bar ${ink}`,
        });
        shape(bar, 'title', {}, `${name} ${ink === 'own' ? 'Strategy' : data.benchmarkName} ${percent(value)}`);
      });
    });
  });
  legendOf('years', data.hasBenchmark ? [['own', 'Strategy'], ['other', data.benchmarkName]] : [['own', 'Strategy']]);
}

function legendOf(name, entries) {
  const legend = byId(`legend-${name}`);
  if (!legend) return;
  for (const [ink, words] of entries) {
    const entry = element('span', { class: 'entry' });
    entry.append(element('i', { style: `background: var(--${ink})` }), words);
    legend.append(entry);
  }
}

// `bins` are {edges, counts, mean, deviation}; with `bell`, the normal curve of the same mean and deviation is drawn over it.
function drawBins(name, bins, bell) {
  drawing(name, 240, (svg, box) => {
    const { edges, counts, mean, deviation } = bins;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const peak = bell && deviation > 0 ? (total * (edges[1] - edges[0])) / (deviation * Math.sqrt(2 * Math.PI)) : 0;
    const most = Math.max(...counts, peak, 1);
    const x = scaleOf(edges[0], edges[edges.length - 1], box.left, box.right);
    const y = scaleOf(0, most, box.bottom, box.top);
    axisLeft(svg, box, ticks(0, most, 4).filter(Number.isInteger), y, (mark) => number(mark, 0));
    const marks = ticks(edges[0], edges[edges.length - 1], box.width > 420 ? 7 : 4);
    axisBelow(svg, box, marks, x, (mark) => percent(mark, digitsOf(marks)));
    counts.forEach((count, place) => {
      const [from, to] = [x(edges[place]), x(edges[place + 1])];
      const bar = shape(svg, 'rect', {
        x: from + 0.5, width: Math.max(to - from - 1, 0.5), y: y(count), height: box.bottom - y(count),
        class: `bar ${edges[place] + edges[place + 1] > 0 ? 'gain' : 'loss'}`,
      });
      shape(bar, 'title', {}, `${percent(edges[place])} to ${percent(edges[place + 1])}: ${count}`);
    });
    if (!bell || !(deviation > 0)) return;
    const points = [];
    for (let step = 0; step <= 160; step += 1) {
      const value = edges[0] + ((edges[edges.length - 1] - edges[0]) * step) / 160;
      points.push(`${x(value).toFixed(1)},${y(peak * Math.exp(-0.5 * ((value - mean) / deviation) ** 2)).toFixed(1)}`);
    }
    shape(svg, 'polyline', { points: points.join(' '), class: 'bell' });
    shape(svg, 'line', { x1: x(mean), x2: x(mean), y1: box.top, y2: box.bottom, class: 'mean' });
  });
}

// `dots` are {x, y, tone, words, row}; a click on one shows its round trip.
function drawDots(name, dots, writeX, writeY, diagonal = false, start = 0) {
  const seen = dots.filter((dot) => known(dot.x) && known(dot.y));
  if (!seen.length) return;
  drawing(name, 260, (svg, box) => {
    const [lowX, highX] = reach(seen.map((dot) => dot.x), start);
    const [lowY, highY] = reach(seen.map((dot) => dot.y), 0);
    const x = scaleOf(lowX, highX, box.left + 6, box.right - 6);
    const y = scaleOf(lowY, highY, box.bottom - 4, box.top + 4);
    const marksY = ticks(lowY, highY);
    axisLeft(svg, box, marksY, y, (mark) => writeY(mark, digitsOf(marksY)));
    const marksX = ticks(lowX, highX, box.width > 420 ? 6 : 3);
    axisBelow(svg, box, marksX, x, (mark) => writeX(mark, digitsOf(marksX)));
    if (diagonal) {
      const [from, to] = [Math.max(lowX, lowY), Math.min(highX, highY)];
      if (from < to) shape(svg, 'line', { x1: x(from), y1: y(from), x2: x(to), y2: y(to), class: 'mean' });
    }
    for (const dot of seen) {
      const made = shape(svg, 'circle', { cx: x(dot.x).toFixed(1), cy: y(dot.y).toFixed(1), r: seen.length > 800 ? 2 : 3.5, class: `dot ${dot.tone}`, 'data-trip': dot.row });
      shape(made, 'title', {}, dot.words);
    }
  });
  byId(`chart-${name}`).addEventListener('click', (event) => {
    const row = event.target.dataset?.trip;
    if (row !== undefined) showTrip(Number(row));
  });
}

function reach(values, start) {
  let [low, high] = [start, start];
  for (const value of values) { low = Math.min(low, value); high = Math.max(high, value); }
  return [low, high === low ? low + 1 : high];
}
