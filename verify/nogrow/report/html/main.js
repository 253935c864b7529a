// Builds the page: the table of artifacts, and one artifact at a time below it.

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
      cell('Verdict', {}, artifact.verdict < 0 ? (artifact.host ? 'host code' : '\u2013') : verdictMark(artifact.verdict, verdicts[artifact.verdict]),
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

// Draws the memory's size after each call of a scenario as a step plot.
const plot = (scenario) => {
  const { pages, grewAt } = scenario;
  const size = { width: 560, height: 150, left: 64, right: 12, top: 30, bottom: 30 };
  const [least, most] = [Math.min(...pages), Math.max(...pages)];
  const span = most - least || 1;
  const wide = (size.width - size.left - size.right) / pages.length;
  const x = (call) => size.left + call * wide;
  const y = (value) => size.height - size.bottom
    - ((value - least) / span) * (size.height - size.top - size.bottom);
  const line = pages.map((value, call) => `${call ? 'L' : 'M'}${x(call)} ${y(value)}H${x(call + 1)}`).join('');
  const rises = pages.flatMap((value, call) => (call > 0 && value > pages[call - 1] ? [call] : []));
  const label = (value) => svg('text', { x: size.left - 8, y: y(value) + 4, 'text-anchor': 'end' }, number(value));
  return svg('svg', { class: 'plot', viewBox: `0 0 ${size.width} ${size.height}`, role: 'img',
    'aria-label': `Pages after each of ${count(pages.length, 'call')}: from ${number(pages[0])} to ${number(pages[pages.length - 1])}.`
      + (grewAt ? ` It grew in step ${grewAt[0]}.` : '') },
  svg('line', { x1: size.left, x2: size.width - size.right, y1: y(least), y2: y(least) }),
  most > least && svg('line', { x1: size.left, x2: size.width - size.right, y1: y(most), y2: y(most) }),
  label(least), most > least && label(most),
  svg('path', { d: line }),
  rises.slice(0, 200).map((call) => svg('circle', { cx: x(call), cy: y(pages[call]), r: 4 })),
  svg('text', { x: size.left, y: size.height - 8 }, 'call 1'),
  pages.length > 1 && svg('text', { x: size.width - size.right, y: size.height - 8, 'text-anchor': 'end' }, `call ${number(pages.length)}`),
  svg('text', { x: size.left - 8, y: 14, 'text-anchor': 'end' }, 'pages'));
};

const scenarioOf = (scenario) => el('figure', {},
  el('figcaption', {}, named(scenario.name), ' ', el('span', { class: `outcome ${scenario.outcome}` }, scenario.outcome)),
  scenario.message && el('p', { class: 'violation' }, sentence(scenario.message)),
  scenario.grewAt && el('p', {}, `Step ${scenario.grewAt[0]}: `, named(scenario.grewAt[1]),
    ` grew the memory from ${number(scenario.grewAt[2])} to ${count(scenario.grewAt[3], 'page')}.`),
  scenario.pages.length > 0 ? plot(scenario) : el('p', { class: 'quiet' }, 'No call returned.'),
  scenario.calls > scenario.pages.length && el('p', { class: 'quiet' },
    `Only the first ${number(scenario.pages.length)} of ${number(scenario.calls)} calls are shown.`));

const report = JSON.parse(document.getElementById('report').textContent);

const facts = (model) => {
  const { artifact } = model;
  const valid = { true: 'valid according to wasmtime', false: 'invalid according to wasmtime' }[artifact.validated];
  const [calls, exact] = artifact.indirect;
  return el('ul', { class: 'facts' },
    artifact.size !== null && el('li', {}, `${number(artifact.size)} bytes${valid ? `, ${valid}` : ''}`),
    artifact.memories.slice(0, 20).map((memory) => el('li', {}, describeMemory(memory))),
    calls > 0 && el('li', {}, `${count(calls, 'indirect call')}, ${number(exact)} with one known target`),
    artifact.sha256 && el('li', {}, 'SHA-256 ', named(artifact.sha256)));
};

const sitesOf = (model) => {
  const { sites, siteCount } = model.artifact;
  if (siteCount === 0) return null;
  const row = ([index, memory, offset, operand, frames]) => el('li', {}, named(model.functionName(index)),
    el('span', { class: 'quiet' }, ` at ${hex(offset)}, memory ${memory}, by `,
      operand === null ? 'a computed number of pages' : count(operand, 'page')), sourceOf(model, frames));
  return el('details', { open: siteCount <= 5 }, el('summary', {}, count(siteCount, 'grow site')),
    pagedList(sites, 50, row, 'ul', { class: 'plain' }),
    siteCount > sites.length && el('p', { class: 'quiet' }, `Only the first ${number(sites.length)} are shown.`));
};

const entryPoints = (model) => {
  if (model.total === 0) return { nodes: [el('p', { class: 'quiet' }, 'The module has no entry points.')], shown: () => {} };
  const pane = el('div', { class: 'detail', role: 'region', 'aria-label': 'Selected entry point', tabindex: -1 });
  const selection = { found: [], place: undefined, only: false, later: 0 };
  let list = null;
  const graph = new Graph(model, (place) => { list.select(place); pane.focus(); });
  const redraw = () => graph.draw(selection.only ? [selection.place].filter((place) => place !== undefined) : selection.found);
  // The graph waits for a pause, so that typing and holding an arrow key stay fast.
  const soon = () => { clearTimeout(selection.later); selection.later = setTimeout(redraw, 150); };
  list = new EntryList(model, {
    filtered: (found) => { selection.found = found; if (!selection.only) soon(); },
    selected: (place) => {
      selection.place = place;
      pane.replaceChildren(...detail(model, place, (index) => graph.chooseFunction(index)).flat(Infinity).filter(Boolean));
      if (selection.only) soon();
    },
  });
  const scope = (text, only) => el('label', { class: 'check' }, el('input', { type: 'radio', name: 'scope',
    checked: !only, change: () => { selection.only = only; redraw(); } }), ` ${text}`);
  clearTimeout(selection.later);
  return {
    search: list.search,
    nodes: [
      el('h3', {}, 'Entry points'), el('div', { class: 'columns' }, list.node, pane),
      el('h3', {}, 'Paths to growth'),
      el('fieldset', { class: 'scope' }, el('legend', {}, 'Show paths of'), scope('all entry points in the list', false),
        scope('the selected entry point', true)),
      graph.note, graph.node,
    ],
    shown: redraw,
    select: (place) => { list.select(place); pane.scrollIntoView({ block: 'nearest' }); pane.focus({ preventScroll: true }); },
    showFunction: (index) => { graph.node.scrollIntoView(); graph.chooseFunction(index); },
  };
};

let current = null;

const show = (place, move) => {
  const model = new Model(report.artifacts[place], report);
  const { artifact } = model;
  const own = model.violationsOf(-1);
  const shownViolations = artifact.violations.rule.length + artifact.views.length;
  const entries = entryPoints(model);
  current = entries;
  const section = document.getElementById('artifact');
  section.replaceChildren(...[
    el('h2', { id: 'artifact-title' }, named(artifact.path)),
    el('p', {}, outcomeLabel(artifact), ' ',
      artifact.verdict >= 0 && verdictMark(artifact.verdict, model.label(artifact.verdict)), ' ',
      artifact.violationCount > 0 && count(artifact.violationCount, 'violation')),
    artifact.answer && el('p', { class: 'answer' }, artifact.answer),
    causeTree(model, { selectEntry: entries.select, showFunction: entries.showFunction }),
    own.length > 0 && pagedList(own, 50, violationItem, 'ul', { class: 'plain' }),
    artifact.violationCount > shownViolations && el('p', { class: 'quiet' },
      `Only ${number(shownViolations)} of the violations are shown; the JSON report has all.`),
    facts(model),
    artifact.assumptions.length > 0 && el('details', { open: artifact.assumed !== null && !artifact.answer },
      el('summary', {}, count(artifact.assumptions.length, 'assumption')),
      el('ul', {}, artifact.assumptions.map((text) => el('li', {}, sentence(text))))),
    artifact.notes.length > 0 && el('ul', {}, artifact.notes.map((note) => el('li', {}, 'Note: ', sentence(note)))),
    staleViews(artifact, model.verdicts),
    sitesOf(model),
    artifact.scenarios.length > 0 && [el('h3', {}, 'Scenarios'),
      el('p', { class: 'quiet' }, 'Results of a single run, which are evidence and not proof.'), pagedList(artifact.scenarios, 20, scenarioOf, 'div', { class: 'scenarios' })],
    artifact.verdict >= 0 && entries.nodes,
    [['functions', artifact.functions.cut], ['entry points', artifact.entries.cut]].map(([what, most]) => most > 0
      && el('p', { class: 'quiet' }, `Names of ${what} with more than ${most} characters are shortened; `
        + 'the search finds only the shortened names.')),
  ].flat(Infinity).filter(Boolean));
  for (const choice of document.querySelectorAll('.choose')) {
    if (Number(choice.dataset.place) === place) choice.setAttribute('aria-current', 'true');
    else choice.removeAttribute('aria-current');
  }
  entries.shown();
  if (move) {
    section.scrollIntoView();
    section.focus({ preventScroll: true });
  }
};

document.getElementById('head').append(...head(report));
document.getElementById('summary').append(...summary(report, show).filter(Boolean));
if (report.artifacts.length > 0) {
  const worst = ['not-judged', 'broken', 'kept', 'nothing'];
  const weight = (artifact) => worst.indexOf(artifact.outcome);
  show(report.artifacts.reduce((first, artifact, place) =>
    (weight(artifact) < weight(report.artifacts[first]) ? place : first), 0), false);
}

document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input')) return;
  if (!current || !current.search) return;
  event.preventDefault();
  current.search.focus();
});
