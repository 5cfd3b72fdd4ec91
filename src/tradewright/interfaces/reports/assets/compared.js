// Several runs over each other: growth and drawdown, one color a run.
function drawCompared() {
  const { time, runs } = data;
  const lines = (name, show) => runs.map((run, place) => ({ name: run.name, values: run[name], color: `run${place}`, show, look: plain({ lineWidth: 2 }) }));
  const equity = timeChart('equity', time, lines('growth', (value) => number(value)), { grid: time });
  timeChart('drawdown', time, lines('fall', (value) => percent(value)), { grid: time, format: (value) => percent(value, 0) });
  byId('log').addEventListener('change', (event) => {
    equity.chart.priceScale('right').applyOptions({ mode: event.target.checked ? 1 : 0 });
  });
}

startThemes();
drawCompared();
startRanges(data.time);
showTimes({ from: data.time[0], to: data.time[data.time.length - 1] });
charts.forEach((owner) => writeLegend(owner, null));
startPaper();
document.documentElement.dataset.ready = 'true';
