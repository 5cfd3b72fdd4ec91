// Everything is drawn once, in the order of the page.
function startMonths() {
  const buttons = [...document.querySelectorAll('#months button')];
  for (const button of buttons) {
    button.addEventListener('click', () => {
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
      for (const table of document.querySelectorAll('[data-view]')) table.hidden = table.dataset.view !== button.dataset.show;
    });
  }
}

startThemes();
drawAccount();
drawPrices();
drawYears();
for (const [name, bins] of Object.entries(data.distributions)) drawBins(`distribution-${name}`, bins, true);
drawTrips();
startRanges(data.account.time);
startMonths();
showTimes({ from: data.account.time[0], to: data.account.time[data.account.time.length - 1] });
charts.forEach((owner) => writeLegend(owner, null));
startPaper();
document.documentElement.dataset.ready = 'true';
