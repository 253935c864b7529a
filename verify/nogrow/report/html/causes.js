// Draws the causes of growth: functions that all paths of some entry points pass, as a tree to fold out.

const MEMBERS = 10;

const causeTree = (model, { selectEntry, showFunction }) => {
  const member = (place) => el('li', {}, button({ class: 'link', click: () => selectEntry(place) }, named(model.entryName(place))));
  const item = (cause, { inside, open }) => el('details', { class: 'cause', open },
    el('summary', {}, el('strong', { class: 'number' }, number(cause.size)), ` entry point${cause.size === 1 ? '' : 's'} through `,
      cause.imported && 'the import ', named(cause.name), ' ', !inside && verdictMark(cause.verdict, model.label(cause.verdict))),
    el('div', { class: 'inside' },
      el('p', { class: 'quiet' }, `${cause.size === 1 ? 'Its path passes' : 'All their paths to a growth pass'} this function. `
        + `If it did not grow the memory, ${cause.size === 1 ? 'the entry point' : 'none of the entry points'} could do what ${cause.size === 1 ? 'its' : 'their'} verdict says. `,
      button({ class: 'link', click: () => showFunction(cause.function) }, 'Show it in the graph')),
      pagedList(cause.entries, MEMBERS, member, 'ul', { class: 'plain members' }),
      cause.size > cause.entries.length && el('p', { class: 'quiet' },
        `Only ${number(cause.entries.length)} of them are listed here.`),
      cause.narrower.length > 0 && [el('h5', {}, 'Part of them also pass'),
        cause.narrower.map((part) => item(part, { inside: true, open: false }))]));
  const { causes } = model.artifact;
  if (causes.length === 0) return null;
  return el('section', { class: 'causes', 'aria-label': 'Causes' },
    el('h3', {}, count(causes.length, 'cause')),
    pagedList(causes, 8, (cause) => item(cause, { inside: false, open: cause === causes[0] }), 'div'));
};
