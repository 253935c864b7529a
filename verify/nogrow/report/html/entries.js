// The entry points of an artifact: the list with search and filters, and the selected one.

const stepItem = (model, number_, chooseFunction) => {
  const step = model.step(number_);
  return el('li', {},
    button({ class: 'link', click: () => chooseFunction(step.function) }, named(model.functionName(step.function))),
    el('div', { class: 'quiet' }, placeOf(step.function, step.offset), named(step.instruction)),
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

// The document contains only one page of the list at a time.
const PAGE = 100;

class EntryList {
  constructor(model, { filtered, selected }) {
    this.model = model;
    this.listeners = { filtered, selected };
    const present = model.artifact.counts.flatMap((entries, verdict) => (entries > 0 ? [verdict] : []));
    this.filter = { query: '', verdicts: new Set(present), broken: false };
    this.found = [];
    this.at = 0;
    this.top = 0;
    this.build(present);
    this.refilter();
  }

  build(present) {
    const { model } = this;
    const id = freshId('search');
    this.search = el('input', { id, type: 'search', autocomplete: 'off', spellcheck: 'false',
      placeholder: 'Name', 'aria-keyshortcuts': '/',
      input: () => { this.filter.query = this.search.value; this.refilter(); },
      keydown: (event) => { if (event.key === 'ArrowDown') { event.preventDefault(); this.list.focus(); } } });
    const toggles = present.reverse().map((verdict) => button({ class: `toggle v${verdict}`, 'aria-pressed': 'true',
      click: (event) => this.toggle(verdict, event.currentTarget) },
    model.label(verdict), el('span', { class: 'tally' }, number(model.artifact.counts[verdict]))));
    const broken = el('input', { type: 'checkbox', change: (event) => {
      this.filter.broken = event.target.checked;
      this.refilter();
    } });
    this.status = el('p', { class: 'quiet', role: 'status', 'aria-live': 'polite' });
    this.list = el('ul', { class: 'entries', role: 'listbox', tabindex: 0, 'aria-label': 'Entry points',
      keydown: (event) => this.key(event), click: (event) => this.click(event) });
    this.back = button({ click: () => this.turn(-1) }, 'Previous');
    this.next = button({ click: () => this.turn(1) }, 'Next');
    this.where = el('span', { class: 'quiet' });
    this.node = el('div', { class: 'pick' },
      el('div', { class: 'filters', role: 'search' },
        el('label', { for: id }, 'Search'), this.search,
        el('div', { class: 'toggles', role: 'group', 'aria-label': 'Verdicts shown' }, toggles),
        el('label', { class: 'check' }, broken, ' only with violations')),
      this.status, this.list,
      el('div', { class: 'pager' }, this.back, this.where, this.next));
  }

  toggle(verdict, node) {
    const { verdicts } = this.filter;
    if (!verdicts.delete(verdict)) verdicts.add(verdict);
    node.setAttribute('aria-pressed', verdicts.has(verdict));
    this.refilter();
  }

  refilter() {
    const before = this.found[this.at];
    this.found = this.model.matching(this.filter);
    this.at = Math.max(0, this.found.indexOf(before));
    const { size, total } = this.model;
    const missing = total > size ? ` The page shows ${number(size)} of them; the JSON report has all.` : '';
    this.status.textContent = `${number(this.found.length)} of ${count(total, 'entry point')}.${missing}`;
    this.listeners.filtered(this.found);
    this.go(this.at, true);
  }

  // Selects the entry point at an index of the list, and draws its page if it is not in the document.
  go(at, redraw = false) {
    this.at = Math.max(0, Math.min(at, this.found.length - 1));
    const top = this.at - (this.at % PAGE);
    if (redraw || top !== this.top) this.draw(top);
    for (const row of this.list.children) row.setAttribute('aria-selected', 'false');
    const row = this.list.children[this.at - this.top];
    if (row) {
      row.setAttribute('aria-selected', 'true');
      this.list.setAttribute('aria-activedescendant', row.id);
      // scrollIntoView would also scroll the page.
      if (row.offsetTop < this.list.scrollTop) this.list.scrollTop = row.offsetTop;
      const over = row.offsetTop + row.offsetHeight - this.list.scrollTop - this.list.clientHeight;
      if (over > 0) this.list.scrollTop += over;
    } else {
      this.list.removeAttribute('aria-activedescendant');
    }
    this.listeners.selected(this.found[this.at]);
  }

  select(place) {
    const at = this.found.indexOf(place);
    if (at >= 0) this.go(at);
    else this.listeners.selected(place);
  }

  draw(top) {
    this.top = top;
    const { found, model } = this;
    const page = found.slice(top, top + PAGE);
    this.list.replaceChildren(...page.map((place, row) => el('li', {
      id: freshId('entry'), role: 'option', 'aria-setsize': found.length, 'aria-posinset': top + row + 1,
      'aria-selected': 'false' },
    verdictMark(model.verdict(place), model.label(model.verdict(place))),
    el('span', { class: 'what' }, named(model.entryName(place)),
      model.kinds[model.entries.kind[place]] !== 'export'
        && el('span', { class: 'kind' }, model.kinds[model.entries.kind[place]]),
      model.broken(place) && el('span', { class: 'breaks' }, 'violation'),
      model.entryFunction(place) && el('span', { class: 'also' }, named(model.entryFunction(place)))))));
    this.list.scrollTop = 0;
    this.back.disabled = top === 0;
    this.next.disabled = top + PAGE >= found.length;
    this.where.textContent = page.length > 0
      ? `${number(top + 1)}\u2013${number(top + page.length)} of ${number(found.length)}` : 'none';
  }

  turn(by) {
    this.go(this.top + by * PAGE);
  }

  click(event) {
    const row = event.target.closest('[role=option]');
    if (row) this.go(this.top + [...this.list.children].indexOf(row));
  }

  key(event) {
    const moves = {
      ArrowDown: this.at + 1, ArrowUp: this.at - 1, PageDown: this.at + 10, PageUp: this.at - 10,
      Home: 0, End: this.found.length - 1,
    };
    if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.go(moves[event.key]);
  }
}
