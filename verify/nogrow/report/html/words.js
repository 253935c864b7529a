// Verdicts and places in words.

const outcomes = {
  kept: 'The contract is kept.',
  broken: 'The contract is broken.',
  'not-judged': 'Something could not be judged.',
  nothing: 'Nothing was checked.',
};

const inWords = (model, place) => {
  const { memory, host, grower: growers, flags, assuming } = model.entries;
  const index = memory[place];
  const which = index < 0 ? 'a memory' : `memory ${index}`;
  const shared = model.artifact.memories.some((one) => one.index === index && one.shared);
  const harm = shared ? 'the host\u2019s views keep the old length' : 'the host\u2019s views are detached';
  const airtight = (flags[place] & 1) !== 0;
  const unseen = (flags[place] & 4) !== 0;
  const excused = (flags[place] & 2) !== 0;
  const said = {
    absent: 'Nothing in the module grows a memory.',
    unreachable: 'No path leads from here to a growth.',
    'trap-only': `It can grow ${which}, but only a trap or an endless loop can follow. `
      + 'If it returns or throws, the memory has not grown.',
    'throw-only': `It can grow ${which}, and then only an exception can leave it. `
      + `For a host that catches the exception and goes on, ${harm}.`,
    capped: airtight
      ? `It can try to grow ${which}, which is at its maximum: every attempt fails.`
      : `It can grow ${which}, which is at its maximum. A growth by 0 pages still succeeds, and then ${harm}.`,
    'capped+throw-only': `It can grow ${which}, and then only an exception can leave it. It can grow another `
      + `memory, which is at its maximum, by 0 pages and return. Either way ${harm}.`,
    reachable: `It can grow ${which} and return.${unseen ? '' : ` Then ${harm}.`}`,
  }[model.label(model.verdict(place))];
  const grower = model.string(host[place]);
  const other = model.string(growers[place]);
  const by = grower && [' ', other ? named(other) : 'The host', ' does the growing, behind the import ', named(grower),
    model.artifact.growers[grower] && [' (', named(model.artifact.growers[grower]), ')'], '.'];
  const excuse = excused && ' This is in the start function, before the host can have a view: it breaks nothing.';
  const hidden = unseen
    && ' No host can see this memory, as it is neither imported nor exported: no view of it can exist.';
  const assumed = model.string(assuming[place]);
  return [said, by, excuse, hidden, assumed && [' This is so ', named(assumed), '.']];
};

// Nobody knows whether the module is valid: that stands beside the outcome.
const outcomeLabel = (artifact) => [el('span', { class: `outcome ${artifact.outcome}` }, artifact.outcome),
  artifact.verdict >= 0 && artifact.validated !== true && [' ', el('span', { class: 'outcome nothing' }, 'not validated')]];

const verdictMark = (verdict, label) => el('span', { class: `verdict v${verdict}` }, label);

const memoryInWords = (memory) => {
  const limits = memory.max === null ? 'no maximum' : `at most ${memory.max}`;
  const pages = memory.min === '1' ? 'page' : 'pages';
  const unit = memory.pageSize === 65536 ? pages : `${pages} of ${number(memory.pageSize)} bytes`;
  return [
    `Memory ${memory.index}: ${memory.min} ${unit}, ${limits}`,
    memory.imported && ', imported',
    memory.exported.length > 0 && [', exported as ', named(memory.exported.join(', '))],
    memory.shared && ', shared',
    memory.indexType === 'i64' && ', 64-bit',
  ];
};

// Where an instruction comes from: the innermost inlined function first, with the lines around it.
const sourceOf = (model, frames) => frames.map(([name, file, line, column], depth) => {
  const place = [model.strings[file], line && `:${line}`, line && column ? `:${column}` : ''].filter(Boolean).join('');
  const lines = line && depth === 0 ? model.artifact.excerpts[file] : null;
  return el('div', { class: 'source' },
    depth > 0 && 'inlined at ', named(place), name >= 0 && [' in ', named(model.strings[name])],
    lines && excerpt(lines, line));
});

const excerpt = (lines, line) => {
  const near = Object.entries(lines).filter(([one]) => Math.abs(one - line) <= 2);
  return near.length > 0 && el('pre', { class: 'excerpt', tabindex: 0, 'aria-label': 'Source' },
    near.map(([one, text]) => el('span', { class: Number(one) === line ? 'line here' : 'line' },
      `${one.padStart(5)}  `, named(text), '\n')));
};
