// The price of one instrument with the fills on it; a round trip that is clicked elsewhere is shown here.
const board = { chart: null, bars: null, dots: null, volume: null, band: null, path: null, owner: null, symbol: null };

function drawPrices() {
  if (!data.symbols.length) return;
  const choice = byId('symbol');
  const time = data.symbols[0].time;
  const owner = timeChart('price', time, [], { format: price });
  if (!owner) return;
  Object.assign(board, { owner, chart: owner.chart });
  board.bars = owner.chart.addSeries(CandlestickSeries, { priceLineVisible: false, lastValueVisible: false, ...barLook() });
  board.volume = owner.chart.addSeries(HistogramSeries, {
    priceScaleId: 'volume', priceLineVisible: false, lastValueVisible: false, color: faded(color('muted'), 0.3),
  });
  owner.chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } });
  board.path = owner.chart.addSeries(LineSeries, { priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false, lineWidth: 2 });
  board.dots = createSeriesMarkers(board.bars, []);
  board.band = new Bands([], 'own', 0.1);
  board.bars.attachPrimitive(board.band);
  owner.series.push({ name: '', api: board.bars, values: [], look: barLook, color: 'own' });
  owner.describe = describeBar;
  redraws.push(() => { board.volume.applyOptions({ color: faded(color('muted'), 0.3) }); placeMarks(); });
  owner.chart.timeScale().subscribeVisibleLogicalRangeChange(placeMarks);
  choice.hidden = data.symbols.length < 2;
  choice.addEventListener('change', () => chooseSymbol(Number(choice.value)));
  chooseSymbol(0);
}

function barLook() {
  const [up, down] = [color('gain'), color('loss')];
  return { upColor: up, downColor: down, wickUpColor: up, wickDownColor: down, borderVisible: false };
}

function chooseSymbol(place) {
  const symbol = data.symbols[place];
  const span = board.symbol ? timesOf(board.owner, board.chart.timeScale().getVisibleLogicalRange()) : null;
  board.symbol = symbol;
  board.owner.time = symbol.time;
  byId('symbol').value = String(place);
  board.bars.applyOptions({ priceFormat: { type: 'custom', formatter: price, minMove: 1e-8 } });
  board.bars.setData(symbol.time.map((time, row) => ({
    time, open: symbol.open[row], high: symbol.high[row], low: symbol.low[row], close: symbol.close[row],
  })));
  board.chart.priceScale('right').applyOptions({ scaleMargins: marginsFor([symbol.low, symbol.high], 0.06) });
  board.volume.setData(symbol.time.map((time, row) => ({ time, value: symbol.volume[row] ?? 0 })));
  board.path.setData([]);
  board.band.show([]);
  if (span) board.chart.timeScale().setVisibleLogicalRange(rowsOf(board.owner, span));
  else board.chart.timeScale().fitContent();
  placeMarks();
  writeLegend(board.owner, null);
}

// Far away a fill is an arrow alone, close by it says what was done; where arrows would hide the price there are none.
function placeMarks() {
  const { symbol } = board;
  const range = symbol && board.chart.timeScale().getVisibleLogicalRange();
  if (!range) return;
  const { marks } = symbol;
  const seen = marks.bar.filter((row) => row >= range.from && row <= range.to).length;
  const detail = seen <= 24 ? 2 : seen <= 300 ? 1 : seen <= 900 ? 0 : -1;
  byId('price-far').hidden = detail >= 0;
  const look = `${detail} ${symbol.name} ${color('gain')}`;
  if (board.look === look) return;
  board.look = look;
  board.dots.setMarkers(detail < 0 ? [] : marks.bar.map((row, place) => {
    const isBuy = marks.side[place] === 'BUY';
    return {
      time: symbol.time[row],
      position: isBuy ? 'belowBar' : 'aboveBar',
      shape: detail === 0 ? 'circle' : isBuy ? 'arrowUp' : 'arrowDown',
      color: color(isBuy ? 'buy' : 'sell'),
      size: detail === 0 ? 0.4 : detail === 1 ? 0.8 : 1,
      text: detail === 2 ? `${isBuy ? 'Buy' : 'Sell'} ${quantity(marks.quantity[place])}` : undefined,
    };
  }));
}

function describeBar(row) {
  const { owner, symbol } = board;
  if (!symbol || row < 0) return;
  const words = ['open', 'high', 'low', 'close'].map((name) => `${name[0].toUpperCase()} ${price(symbol[name][row])}`);
  owner.legend.append(element('span', { class: 'entry' }, words.join('  ')));
  symbol.marks.bar.forEach((bar, place) => {
    if (bar !== row) return;
    const { side, count, quantity: amount, price: paid, reason } = symbol.marks;
    const times = count[place] > 1 ? ` in ${count[place]} fills` : '';
    const why = reason[place] ? ` (${reason[place]})` : '';
    owner.legend.append(element('span', { class: 'entry fill' }, `${side[place]} ${quantity(amount[place])} at ${price(paid[place])}${times}${why}`));
  });
}

function showTrip(row) {
  const { trips } = data;
  const place = data.symbols.findIndex((symbol) => symbol.name === trips.symbol[row]);
  if (place < 0 || !board.chart) return;
  if (board.symbol !== data.symbols[place]) chooseSymbol(place);
  const { time } = board.symbol;
  const from = barAt(time, trips.entry[row]);
  const to = trips.exit[row] === null ? time.length - 1 : barAt(time, trips.exit[row]);
  const margin = Math.max(Math.round((to - from) * 0.6), 15);
  board.path.applyOptions({ color: color((trips.pnl[row] ?? 0) >= 0 ? 'gain' : 'loss') });
  board.path.setData(from === to ? [] : [{ time: time[from], value: trips.entry_price[row] }, { time: time[to], value: trips.exit_price[row] ?? board.symbol.close[to] }]);
  board.band.show([[time[from], time[to]]]);
  const range = { from: from - margin, to: to + margin };
  board.chart.timeScale().setVisibleLogicalRange(range);
  follow(board.owner, range);
  byId('chart-price').closest('figure').scrollIntoView({ behavior: 'smooth', block: 'center' });
}

// The bar that holds a moment: the first that closes at or after it.
function barAt(time, stamp) {
  const row = rowAt(time, stamp);
  return row < 0 ? 0 : time[row] === stamp ? row : Math.min(row + 1, time.length - 1);
}
