// The table of artifacts: one row each, with a button that shows the artifact below.

const ROWS = 100;

const verdictBar = (artifact, verdicts) => {
  const total = artifact.counts.reduce((sum, entries) => sum + entries, 0);
  if (total === 0) return '\u2013';
  const parts = artifact.counts.map((entries, verdict) => [entries, verdict]).filter(([entries]) => entries > 0).reverse();
  return [
    el('span', { class: 'bar', 'aria-hidden': 'true' }, parts.map(([entries, verdict]) => {
      const part = el('span', { class: `v${verdict}` });
      part.style.flexGrow = entries / total;
      return part;
    })),
    el('span', { class: 'counts' }, parts.map(([entries, verdict], index) => [
      index > 0 && ', ', el('span', { class: `ink v${verdict}` }, `${number(entries)} ${verdicts[verdict]}`)])),
  ];
};

const summary = (report, choose) => {
  const { artifacts, verdicts } = report;
  const row = (artifact, place) => {
    const { assumed } = artifact;
    const cell = (label, properties, ...children) => el('td', { role: 'cell', 'data-label': label, ...properties },
      el('div', {}, ...children));
    return el('tr', { role: 'row' },
      el('th', { role: 'rowheader', scope: 'row' }, button({ class: 'link choose', 'data-place': place,
        click: () => choose(place, true) }, named(artifact.path))),
      cell('Outcome', {}, outcomeLabel(artifact)),
      cell('Verdict', {}, artifact.verdict < 0 ? '\u2013' : verdictMark(artifact.verdict, verdicts[artifact.verdict]),
        assumed && el('details', { class: 'assumed' }, el('summary', {}, 'with an assumption'), sentence(assumed))),
      cell('Grow sites', { class: 'number' }, artifact.verdict < 0 ? '\u2013' : number(artifact.siteCount)),
      cell('Entry points', { class: 'wide' }, verdictBar(artifact, verdicts)),
      cell('Violations', { class: 'number' }, number(artifact.violationCount)));
  };
  const heads = ['Artifact', 'Outcome', 'Verdict', 'Grow sites', 'Entry points', 'Violations'];
  const places = artifacts.map((_, place) => place);
  const [body, more] = pagedList(places, ROWS, (place) => row(artifacts[place], place), 'tbody', { role: 'rowgroup' });
  return [
    el('h2', { id: 'summary-title' }, count(artifacts.length, 'artifact')),
    el('table', { role: 'table', class: 'artifacts' },
      el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' },
        heads.map((head) => el('th', { role: 'columnheader', scope: 'col' }, head)))),
      body),
    more,
  ];
};

const head = (report) => [
  el('h1', {}, 'nogrow'),
  el('p', {}, el('span', { class: `outcome ${report.outcome}` }, report.outcome), ' ', outcomeTexts[report.outcome]),
  el('p', { class: 'quiet' }, report.contract ? ['Contract: ', named(report.contract)] : 'No contract file', ` \u00b7 ${report.tool}`),
];
