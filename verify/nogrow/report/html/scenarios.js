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
