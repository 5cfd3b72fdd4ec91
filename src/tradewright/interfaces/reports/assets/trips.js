// The list of round trips (sorted, searched, paged) and its pictures.
const PAGE = 25;
const list = { rows: [], page: 0, sort: 'number', isRising: true, words: '' };
const shown = {
  number: (value) => String(value), symbol: String, entry: moment, exit: (value) => (value === null ? 'open' : moment(value)),
  direction: (value) => value.charAt(0) + value.slice(1).toLowerCase(),
  quantity, entry_price: price, exit_price: price, pnl: (value) => money(value, true), return: (value) => percent(value, 2, true),
  bars: (value) => number(value, 0), mae: (value) => percent(value), mfe: (value) => percent(value), exit_reason: (value) => value ?? '',
};

function drawTrips() {
  const { trips } = data;
  if (!trips.number.length) return;
  const closed = trips.number.map((_, row) => row).filter((row) => !trips.is_open[row]);
  const dot = (row, x, y) => ({
    x, y, row, tone: trips.pnl[row] >= 0 ? 'gain' : 'loss',
    words: `No. ${trips.number[row]} ${trips.symbol[row]} ${shown.direction(trips.direction[row])}\n${moment(trips.entry[row])} to ${moment(trips.exit[row])}\n`
      + `${percent(trips.return[row], 2, true)}, ${money(trips.pnl[row], true)} ${data.currency}`,
  });
  drawDots('trip-results', closed.map((row) => dot(row, trips.number[row], trips.return[row])), (mark) => number(mark, 0), percent, false, trips.number[0]);
  const share = (value, digits) => percent(value, digits);
  drawDots('mae', closed.map((row) => dot(row, trips.mae[row], trips.return[row])), share, share, true);
  drawDots('mfe', closed.map((row) => dot(row, trips.mfe[row], trips.return[row])), share, share, true);
  const results = closed.map((row) => trips.return[row]).filter(known);
  if (results.length > 1) drawBins('trip-distribution', binsOf(results), false);
  startList();
}

function binsOf(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const quarter = sorted[Math.floor(sorted.length * 0.25)];
  const rest = sorted[Math.floor(sorted.length * 0.75)];
  const rough = Math.max((2 * (rest - quarter)) / Math.cbrt(sorted.length), (high - low) / 50, 1e-5);
  const power = 10 ** Math.floor(Math.log10(rough));
  const width = [1, 2, 5, 10].map((part) => part * power).find((part) => part >= rough * 0.999);
  const first = Math.floor(low / width);
  const last = Math.floor(high / width) + 1;
  const counts = new Array(last - first).fill(0);
  for (const value of sorted) counts[Math.min(Math.floor(value / width) - first, counts.length - 1)] += 1;
  return { edges: Array.from({ length: last - first + 1 }, (_, place) => (first + place) * width), counts };
}

function startList() {
  const search = byId('trip-search');
  search.addEventListener('input', () => { list.words = search.value.trim().toLowerCase(); list.page = 0; choose(); });
  for (const button of document.querySelectorAll('.trips th button')) {
    button.addEventListener('click', () => {
      const name = button.dataset.sort;
      list.isRising = list.sort === name ? !list.isRising : true;
      list.sort = name;
      list.page = 0;
      choose();
    });
  }
  byId('trip-previous').addEventListener('click', () => { list.page -= 1; writeList(); });
  byId('trip-next').addEventListener('click', () => { list.page += 1; writeList(); });
  byId('trip-rows').addEventListener('click', (event) => {
    const row = event.target.closest('tr')?.dataset.trip;
    if (row !== undefined) showTrip(Number(row));
  });
  byId('trip-rows').addEventListener('keydown', (event) => {
    const row = event.target.closest('tr')?.dataset.trip;
    if (row !== undefined && event.key === 'Enter') showTrip(Number(row));
  });
  choose();
}

function choose() {
  const { trips } = data;
  const texts = (row) => [trips.symbol[row], trips.direction[row], trips.entry_reason[row], trips.exit_reason[row], moment(trips.entry[row]), moment(trips.exit[row])];
  list.rows = trips.number.map((_, row) => row).filter((row) => !list.words || texts(row).join(' ').toLowerCase().includes(list.words));
  const values = trips[list.sort];
  const sign = list.isRising ? 1 : -1;
  list.rows.sort((one, other) => {
    const [left, right] = [values[one], values[other]];
    if (left === right) return one - other;
    if (left === null || left === undefined) return 1;
    if (right === null || right === undefined) return -1;
    return left < right ? -sign : sign;
  });
  for (const button of document.querySelectorAll('.trips th button')) {
    const isChosen = button.dataset.sort === list.sort;
    button.closest('th').setAttribute('aria-sort', isChosen ? (list.isRising ? 'ascending' : 'descending') : 'none');
  }
  writeList();
}

function writeList() {
  const { trips } = data;
  const pages = Math.max(Math.ceil(list.rows.length / PAGE), 1);
  list.page = Math.min(Math.max(list.page, 0), pages - 1);
  const names = [...document.querySelectorAll('.trips th button')].map((button) => button.dataset.sort);
  const lines = list.rows.slice(list.page * PAGE, (list.page + 1) * PAGE).map((row) => {
    const line = element('tr', { 'data-trip': row, tabindex: '0' });
    for (const name of names) {
      const tone = (name === 'pnl' || name === 'return') && trips[name][row] < 0 ? ' loss-text' : '';
      const isText = name === 'symbol' || name === 'direction' || name === 'exit_reason';
      line.append(element('td', { class: (isText ? '' : 'number') + tone }, shown[name](trips[name][row])));
    }
    return line;
  });
  byId('trip-rows').replaceChildren(...lines);
  byId('trip-count').textContent = list.words ? `${list.rows.length} of ${trips.all} found` : `${trips.all}, click one to see it`;
  byId('trip-page').textContent = `Page ${list.page + 1} of ${pages}`;
  byId('trip-previous').disabled = list.page === 0;
  byId('trip-next').disabled = list.page >= pages - 1;
}
