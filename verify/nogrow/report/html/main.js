// Builds the page: a summary, and one artifact at a time below it.

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
  };
};

let current = null;

const show = (place, move) => {
  const model = new Model(report.artifacts[place], report);
  const { artifact } = model;
  const own = model.violationsOf(-1);
  const entries = entryPoints(model);
  current = entries;
  const section = document.getElementById('artifact');
  section.replaceChildren(...[
    el('h2', { id: 'artifact-title' }, named(artifact.path)),
    el('p', {}, outcomeLabel(artifact), ' ',
      artifact.verdict >= 0 && verdictMark(artifact.verdict, model.label(artifact.verdict)), ' ',
      artifact.violationCount > 0 && count(artifact.violationCount, 'violation')),
    own.length > 0 && pagedList(own, 50, violationItem, 'ul', { class: 'plain' }),
    artifact.violationCount > artifact.violations.rule.length && el('p', { class: 'quiet' },
      `Only ${number(artifact.violations.rule.length)} of the violations are shown; the JSON report has all.`),
    facts(model),
    artifact.assumptions.length > 0 && el('details', { open: artifact.assumed !== null },
      el('summary', {}, count(artifact.assumptions.length, 'assumption')),
      el('ul', {}, artifact.assumptions.map((text) => el('li', {}, sentence(text))))),
    artifact.notes.length > 0 && el('ul', {}, artifact.notes.map((note) => el('li', {}, 'Note: ', sentence(note)))),
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
