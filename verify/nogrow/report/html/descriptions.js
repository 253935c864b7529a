// Describes outcomes, verdicts, memories and source positions in sentences.

const outcomeTexts = {
  kept: 'All artifacts keep the contract.',
  broken: 'The contract is broken.',
  'not-judged': 'At least one artifact could not be judged.',
  nothing: 'Nothing was checked.',
};

const describeVerdict = (model, place) => {
  const { memory, host, grower: growers, flags, assuming } = model.entries;
  const index = memory[place];
  const which = index < 0 ? 'a memory' : `memory ${index}`;
  const shared = model.artifact.memories.some((declared) => declared.index === index && declared.shared);
  const harm = shared ? 'the host\u2019s views keep the old length' : 'the host\u2019s views are detached';
  const airtight = (flags[place] & 1) !== 0;
  const unseen = (flags[place] & 4) !== 0;
  const excused = (flags[place] & 2) !== 0;
  const text = {
    absent: 'The module contains no code that grows a memory.',
    unreachable: 'No path leads from here to a growth.',
    'trap-only': `It can grow ${which}, but only a trap or an endless loop can follow. `
      + 'If it returns or throws, the memory has not grown.',
    'throw-only': `It can grow ${which}, and then it can only end in an exception. `
      + `If the host catches the exception and continues, ${harm}.`,
    capped: airtight
      ? `It can try to grow ${which}, which is at its maximum, so every attempt fails.`
      : `It can grow ${which}, which is at its maximum. A growth by 0 pages still succeeds, and then ${harm}.`,
    'capped+throw-only': `It can grow ${which}, and then it can only end in an exception. It can also grow another `
      + `memory, which is at its maximum, by 0 pages and return. In both cases, ${harm}.`,
    reachable: `It can grow ${which} and return.${unseen ? '' : ` Then ${harm}.`}`,
  }[model.label(model.verdict(place))];
  const grower = model.string(host[place]);
  const other = model.string(growers[place]);
  const by = grower && [' ', other ? named(other) : 'The host', ' grows it when the module calls the import ', named(grower),
    model.artifact.growers[grower] && [' (', named(model.artifact.growers[grower]), ')'], '.'];
  const excuse = excused && ' This breaks no contract, because the start function runs before the host can create a view.';
  const hidden = unseen
    && ' The memory is neither imported nor exported, so no view of it can exist.';
  const assumed = model.string(assuming[place]);
  return [text, by, excuse, hidden, assumed && [' This holds ', named(assumed), '.']];
};

// The outcome, marked if the module was judged without being validated.
const outcomeLabel = (artifact) => [el('span', { class: `outcome ${artifact.outcome}` }, artifact.outcome),
  artifact.verdict >= 0 && artifact.validated !== true && [' ', el('span', { class: 'outcome nothing' }, 'not validated')]];

const verdictMark = (verdict, label) => el('span', { class: `verdict v${verdict}` }, label);

const describeMemory = (memory) => {
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

// The source positions of an instruction, the innermost inlined function first and with the lines around it.
const sourceOf = (model, frames) => frames.map(([name, file, line, column], depth) => {
  const place = [model.strings[file], line && `:${line}`, line && column ? `:${column}` : ''].filter(Boolean).join('');
  const lines = line && depth === 0 ? model.artifact.excerpts[file] : null;
  return el('div', { class: 'source' },
    depth > 0 && 'inlined at ', named(place), name >= 0 && [' in ', named(model.strings[name])],
    lines && excerpt(lines, line));
});

const excerpt = (lines, line) => {
  const near = Object.entries(lines).filter(([lineNumber]) => Math.abs(lineNumber - line) <= 2);
  return near.length > 0 && el('pre', { class: 'excerpt', tabindex: 0, 'aria-label': 'Source' },
    near.map(([lineNumber, text]) => el('span', { class: Number(lineNumber) === line ? 'line here' : 'line' },
      `${lineNumber.padStart(5)}  `, named(text), '\n')));
};
