// Shows one entry point: its verdict, its path to a growth, the imports that it reaches and its violations.

const stepItem = (model, number_, chooseFunction) => {
  const step = model.step(number_);
  return el('li', {},
    button({ class: 'link', click: () => chooseFunction(step.function) }, named(model.functionName(step.function))),
    el('div', { class: 'quiet' }, `func[${step.function}] at ${hex(step.offset)}: `, named(step.instruction)),
    sourceOf(model, step.frames));
};

const importList = (model, title, set) => {
  const { total, names } = model.labels(set);
  if (total === 0) return null;
  return el('details', { open: total <= 8 }, el('summary', {}, `${title} (${number(total)})`),
    el('ul', { class: 'plain' }, names.map((name) => el('li', {}, named(name)))),
    total > names.length && el('p', { class: 'quiet' }, `${number(total - names.length)} more are not shown.`));
};

const violationItem = ({ rule, text, allowed }) => el('li', { class: 'violation' },
  el('strong', {}, rule), ' ', sentence(text), allowed && el('div', { class: 'quiet' }, `Allowed: ${allowed}`));

const detail = (model, place, chooseFunction) => {
  if (place === undefined) return [el('p', { class: 'quiet' }, 'No entry point is selected.')];
  const { entries } = model;
  const steps = model.path(place);
  const violations = model.violationsOf(place);
  const debugName = model.entryFunction(place);
  const verdict = model.verdict(place);
  return [
    el('h4', {}, named(model.entryName(place))),
    el('p', { class: 'quiet' }, `${model.kinds[entries.kind[place]]}, func[${entries.function[place]}]`,
      debugName && [' ', named(debugName)]),
    el('p', {}, verdictMark(verdict, model.label(verdict)), ' ', describeVerdict(model, place)),
    violations.length > 0 && [el('h5', {}, 'Violations'), el('ul', { class: 'plain' }, violations.map(violationItem))],
    steps.length > 0 && [el('h5', {}, `Shortest path to a growth (${count(steps.length, 'step')})`),
      pagedList(steps, 50, (step) => stepItem(model, step, chooseFunction), 'ol', { class: 'steps', role: 'list' })],
    entries.step[place] === -2 && el('p', { class: 'quiet' },
      'Its path is not shown, to keep the page small; the JSON report has it.'),
    importList(model, 'Host functions that may run after the growth', entries.after[place]),
    importList(model, 'Imports it reaches', entries.imports[place]),
  ];
};
