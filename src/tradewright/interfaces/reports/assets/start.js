// Everything is drawn once; paper gets the light colors and its own width.
function startMonths() {
  const buttons = [...document.querySelectorAll('#months button')];
  for (const button of buttons) {
    button.addEventListener('click', () => {
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
      for (const table of document.querySelectorAll('[data-view]')) table.hidden = table.dataset.view !== button.dataset.show;
    });
  }
}

function toPaper(isPrinting) {
  document.documentElement.classList.toggle('paper', isPrinting);
  themeChanged();
  for (const { chart, place } of charts) {
    chart.applyOptions({ autoSize: !isPrinting });
    if (isPrinting) chart.resize(place.clientWidth, place.clientHeight, true);
  }
  drawings.forEach((paint) => paint());
}

startThemes();
drawAccount();
drawPrices();
drawYears();
for (const [name, bins] of Object.entries(data.distributions)) drawBins(`distribution-${name}`, bins, true);
drawTrips();
startRanges();
startMonths();
showTimes({ from: data.account.time[0], to: data.account.time[data.account.time.length - 1] });
charts.forEach((owner) => writeLegend(owner, null));
addEventListener('beforeprint', () => toPaper(true));
addEventListener('afterprint', () => toPaper(false));
document.documentElement.dataset.ready = 'true';
