// The stale views of a file of host code: the source with its places marked, and the path in the module.

const viewLine = ([lineNumber, parts, labels]) => [
  el('span', { class: labels.length > 0 ? 'line here' : 'line' },
    lineNumber === null ? '  ...' : `${String(lineNumber).padStart(5)}  `,
    el('bdi', { class: 'name', dir: 'ltr' }, parts.map(([text, role]) => (role ? el('mark', { class: role }, text) : text))),
    '\n'),
  labels.map(([column, role, label]) => el('span', { class: 'line note' }, `${' '.repeat(column + 7)}\u2191 `,
    el('span', { class: `label ${role}` }, label), '\n')),
];

const snippetOf = ([place, lines]) => lines.length > 0 && el('div', { class: 'source' }, named(place),
  el('pre', { class: 'excerpt', tabindex: 0, 'aria-label': 'Source' }, lines.map(viewLine)));

const enteredStep = ([name, index, offset, instruction, frames]) => el('li', {}, named(name),
  el('div', { class: 'quiet' }, placeOf(index, offset), named(instruction)),
  frames.map((frame) => el('div', { class: 'source' }, named(frame))));

const enteredPath = ({ module, entry, verdict, steps, moreSteps, growers }, verdicts) => el('details', { open: true },
  el('summary', {}, 'The call enters ', named(module), ' at ', named(entry), ': ', verdictMark(verdict, verdicts[verdict])),
  el('ol', { class: 'steps', role: 'list' }, steps.map(enteredStep)),
  moreSteps > 0 && el('p', { class: 'quiet' }, `${count(moreSteps, 'more step')} not shown; the JSON report has all.`),
  growers.map((grower) => el('p', {}, 'The host grows the memory: ', named(grower))));

const staleView = (view, verdicts) => el('li', { class: 'stale' },
  el('p', { class: 'violation' }, el('strong', {}, view.rule), ' ', sentence(view.text)),
  view.snippets.map(snippetOf),
  view.unquoted.map(([label, place]) => el('p', { class: 'quiet' }, `${label}: `, named(place))),
  view.uses.length > 0 && el('p', { class: 'quiet' }, 'Also used at ', view.uses.join(', '),
    view.moreUses > 0 && ` and at ${count(view.moreUses, 'more place')}`, '.'),
  view.entered && enteredPath(view.entered, verdicts));

const staleViews = (artifact, verdicts) => {
  const { views } = artifact;
  if (!artifact.host) return null;
  if (views.length === 0) return artifact.outcome === 'kept' && el('p', {}, 'No stale view was found in this file.');
  return [el('h3', {}, count(views.length, 'stale view')),
    pagedList(views, 50, (view) => staleView(view, verdicts), 'ul', { class: 'plain' })];
};
