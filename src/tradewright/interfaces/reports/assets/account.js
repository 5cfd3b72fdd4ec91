// Equity, drawdown, exposure and the rolling figures: all on one grid of times.
function union(...times) {
  return [...new Set(times.flat())].sort((one, other) => one - other);
}

function drawAccount() {
  const { account, rolling } = data;
  const grid = union(account.time, rolling.time, data.falls.flat());
  const own = { name: 'Strategy', color: 'own', first: 1, show: (value) => percent(value) };
  const other = { name: data.benchmarkName || 'Benchmark', color: 'other', show: (value) => percent(value), dots: false };
  const both = (names, kind, look, settings) => {
    const lines = [{ ...own, ...settings, values: names[0], kind, look }];
    if (data.hasBenchmark) lines.unshift({ ...other, ...settings, values: names[1], look: plain({ lineWidth: 1 }) });
    return lines;
  };
  const inMoney = { show: (value) => `${money(value)} ${data.currency}` };
  const equity = timeChart('equity', account.time, both([account.equity, account.benchmark], AreaSeries, filled(), inMoney), {
    grid, format: (value) => number(value, value === 0 || Math.abs(value) >= 1000 ? 0 : 2),
  });
  byId('log').addEventListener('change', (event) => {
    equity.chart.priceScale('right').applyOptions({ mode: event.target.checked ? 1 : 0 });
  });
  const drawdown = timeChart('drawdown', account.time, both([account.drawdown, account.benchmark_drawdown], BaselineSeries, fromZero(0.3), {}), {
    grid, format: (value) => percent(value, 0),
  });
  const shade = new Bands(data.falls, 'loss', 0.09);
  drawdown.series[drawdown.series.length - 1].api.attachPrimitive(shade);
  drawExposure(grid);
  if (rolling.time.length) drawRolling(grid, both);
}

function drawExposure(grid) {
  const { account } = data;
  const share = { show: (value) => percent(value, 1), dots: false, options: { lineType: 1 } };
  const hasShort = account.short.some((value) => value < -1e-9);
  const lines = [{ ...share, name: 'Long', color: 'gain', values: account.long, kind: BaselineSeries, look: fromZero(0.3, { lineWidth: 1 }) }];
  if (hasShort) {
    lines.push({ ...share, name: 'Short', color: 'loss', values: account.short, kind: BaselineSeries, look: fromZero(0.3, { lineWidth: 1 }) });
    lines.push({ ...share, name: 'Gross', color: 'other', values: account.gross, look: plain({ lineWidth: 1, lineStyle: 2 }) });
  }
  lines.push({ ...share, name: 'Net', color: 'own', values: account.net, look: plain({ lineWidth: 1 }) });
  timeChart('exposure', account.time, lines, { grid, format: (value) => percent(value, 0) });
}

function drawRolling(grid, both) {
  const { rolling } = data;
  const ratio = { show: (value) => number(value) };
  const share = { show: (value) => percent(value, 1) };
  const levels = (owner, ...values) => values.forEach((value) => {
    const line = owner.series[0].api.createPriceLine({ price: value, color: color('muted'), lineWidth: 1, lineStyle: 1, axisLabelVisible: false });
    redraws.push(() => line.applyOptions({ color: color('muted') }));
  });
  levels(timeChart('rolling-sharpe', rolling.time, both([rolling.sharpe, rolling.benchmark_sharpe], LineSeries, plain(), ratio), { grid }), 0);
  timeChart('rolling-volatility', rolling.time, both([rolling.volatility, rolling.benchmark_volatility], LineSeries, plain(), share), {
    grid, format: (value) => percent(value, 0),
  });
  if (!data.hasBenchmark) return;
  const beta = [{ name: 'Beta', color: 'own', values: rolling.beta, show: (value) => number(value), look: plain() }];
  levels(timeChart('rolling-beta', rolling.time, beta, { grid }), 0, 1);
}
