// The page: a summary, and below it one artifact at a time.

const report = JSON.parse(document.getElementById('report').textContent);

const facts = (model) => {
  const { artifact } = model;
  const valid = { true: 'wasmtime finds it valid', false: 'wasmtime finds it invalid' }[artifact.validated];
  const [calls, exact] = artifact.indirect;
  return el('ul', { class: 'facts' },
    artifact.size !== null && el('li', {}, `${number(artifact.size)} bytes${valid ? `, ${valid}` : ''}`),
    artifact.memories.slice(0, 20).map((one) => el('li', {}, memoryInWords(one))),
    calls > 0 && el('li', {}, `${count(calls, 'indirect call')}, ${number(exact)} with one known target`),
    artifact.sha256 && el('li', {}, 'SHA-256 ', named(artifact.sha256)));
};

const sitesOf = (model) => {
  const { sites, siteCount } = model.artifact;
  if (siteCount === 0) return null;
  const row = ([index, memory, offset, operand, frames]) => el('li', {}, named(model.functionName(index)),
    el('span', { class: 'quiet' }, ` at ${hex(offset)}, memory ${memory}, by `,
      operand === null ? 'a computed number' : count(operand, 'page')), sourceOf(model, frames));
  return el('details', { open: siteCount <= 5 }, el('summary', {}, count(siteCount, 'grow site')),
    firstOf(sites, 50, row, 'ul', { class: 'plain' }),
    siteCount > sites.length && el('p', { class: 'quiet' }, `The first ${number(sites.length)} are in this page.`));
};

const entryPoints = (model) => {
  if (model.total === 0) return { nodes: [el('p', { class: 'quiet' }, 'It has no entry points.')], shown: () => {} };
  const pane = el('div', { class: 'detail', role: 'region', 'aria-label': 'Selected entry point', tabindex: -1 });
  const selection = { found: [], place: undefined, only: false, later: 0 };
  let list = null;
  const graph = new Graph(model, (place) => { list.select(place); pane.focus(); });
  const redraw = () => graph.draw(selection.only ? [selection.place].filter((one) => one !== undefined) : selection.found);
  // Typing and holding an arrow key stay quick: the graph follows when they pause.
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
      el('fieldset', { class: 'scope' }, el('legend', {}, 'Paths of'), scope('all in the list', false), scope('the selected one', true)),
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
    own.length > 0 && firstOf(own, 50, violationItem, 'ul', { class: 'plain' }),
    artifact.violationCount > artifact.violations.rule.length && el('p', { class: 'quiet' },
      `${number(artifact.violations.rule.length)} of the violations are in this page; the report as JSON has all.`),
    facts(model),
    artifact.assumptions.length > 0 && el('details', { open: artifact.assumed !== null },
      el('summary', {}, count(artifact.assumptions.length, 'assumption')),
      el('ul', {}, artifact.assumptions.map((one) => el('li', {}, sentence(one))))),
    artifact.notes.length > 0 && el('ul', {}, artifact.notes.map((one) => el('li', {}, 'Note: ', sentence(one)))),
    sitesOf(model),
    artifact.scenarios.length > 0 && [el('h3', {}, 'Scenarios'),
      el('p', { class: 'quiet' }, 'What one run showed: evidence, not proof.'), firstOf(artifact.scenarios, 20, scenarioOf, 'div', { class: 'scenarios' })],
    artifact.verdict >= 0 && entries.nodes,
    [['functions', artifact.functions.cut], ['entry points', artifact.entries.cut]].map(([what, most]) => most > 0
      && el('p', { class: 'quiet' }, `Names of ${what} with more than ${most} characters are cut in their middle, `
        + 'and searched as they are shown.')),
  ].flat(Infinity).filter(Boolean));
  for (const one of document.querySelectorAll('.choose')) {
    if (Number(one.dataset.place) === place) one.setAttribute('aria-current', 'true');
    else one.removeAttribute('aria-current');
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
  show(report.artifacts.reduce((best, one, place) => (weight(one) < weight(report.artifacts[best]) ? place : best), 0), false);
}

document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input')) return;
  if (!current || !current.search) return;
  event.preventDefault();
  current.search.focus();
});
