// The buttons that choose a range of time, and the change to paper: light colors, the width of the sheet.
function startRanges(time) {
  const buttons = [...document.querySelectorAll('#ranges button')];
  const mark = (chosen) => buttons.forEach((button) => button.setAttribute('aria-pressed', String(button === chosen)));
  const first = time[0];
  const last = time[time.length - 1];
  for (const button of buttons) {
    const since = startOf(button.dataset.months, first, last);
    button.disabled = since < first;
    button.addEventListener('click', () => { mark(button); showTimes({ from: since, to: last }); });
  }
}

function startOf(months, first, last) {
  if (months === 'all') return first;
  const end = new Date(last * 1000);
  const start = months === 'ytd'
    ? Date.UTC(end.getUTCFullYear(), 0, 1)
    : Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - Number(months), end.getUTCDate());
  return months === 'ytd' ? Math.max(start / 1000, first) : start / 1000;
}

// A printer does not wait for a canvas to be painted, so paper gets still pictures of the charts.
function toPaper(isPrinting) {
  document.documentElement.classList.toggle('paper', isPrinting);
  themeChanged();
  document.querySelectorAll('.still').forEach((picture) => picture.remove());
  for (const { chart, place } of charts) {
    const wide = place.clientWidth;
    chart.applyOptions({ autoSize: !isPrinting });
    if (!isPrinting) continue;
    const range = chart.timeScale().getVisibleLogicalRange();
    chart.resize(wide, place.clientHeight, true);
    chart.timeScale().setVisibleLogicalRange(range);
    const picture = chart.takeScreenshot();
    picture.className = 'still';
    picture.style.width = `${wide}px`;
    place.append(picture);
  }
  drawings.forEach((paint) => paint());
}

function startPaper() {
  addEventListener('beforeprint', () => toPaper(true));
  addEventListener('afterprint', () => toPaper(false));
}
