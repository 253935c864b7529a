// Answers the questions of the views from the columns of an artifact.

// How many entry points each function dominates, by its index.
const dominators = (causes) => {
  const sizes = new Map();
  const add = (cause) => {
    sizes.set(cause.function, (sizes.get(cause.function) || 0) + cause.size);
    cause.narrower.forEach(add);
  };
  causes.forEach(add);
  return sizes;
};

class Model {
  constructor(artifact, report) {
    this.artifact = artifact;
    this.verdicts = report.verdicts;
    this.kinds = report.kinds;
    this.entries = artifact.entries;
    this.steps = artifact.steps;
    this.strings = artifact.strings;
    this.size = artifact.entries.function.length;
    this.total = artifact.counts.reduce((sum, entries) => sum + entries, 0);
    const { index, name } = artifact.functions;
    this.names = new Map(index.map((functionIndex, row) => [functionIndex, name[row]]));
    this.sources = new Map(artifact.steps.source);
    this.violations = new Map();
    artifact.violations.entry.forEach((entry, place) => {
      if (!this.violations.has(entry)) this.violations.set(entry, []);
      this.violations.get(entry).push(place);
    });
    this.dominated = dominators(artifact.causes);
    this.texts = null;
    // Each step comes after its next step, whose length is therefore known.
    const lengths = [];
    artifact.steps.next.forEach((next) => lengths.push(next < 0 ? 1 : lengths[next] + 1));
    this.lengths = artifact.entries.step.map((step) => (step < 0 ? 0 : lengths[step]));
  }

  functionName(index) {
    return this.names.get(index) || `func[${index}]`;
  }

  entryName(place) {
    return this.entries.name[place] || `func[${this.entries.function[place]}]`;
  }

  // The debug name, if it differs from the entry point's name.
  entryFunction(place) {
    const name = this.names.get(this.entries.function[place]);
    return name && name !== this.entries.name[place] ? name : '';
  }

  verdict(place) {
    return this.entries.verdict[place];
  }

  label(verdict) {
    return this.verdicts[verdict];
  }

  broken(place) {
    return this.violations.has(place);
  }

  string(number) {
    return number < 0 ? null : this.strings[number];
  }

  // The numbers of the steps from an entry point to a growth.
  path(place) {
    const steps = [];
    for (let step = this.entries.step[place]; step >= 0; step = this.steps.next[step]) steps.push(step);
    return steps;
  }

  step(number) {
    return {
      function: this.steps.function[number],
      offset: this.steps.offset[number],
      instruction: this.strings[this.steps.instruction[number]],
      frames: this.sources.get(number) || [],
    };
  }

  labels(set) {
    const [total, ...kept] = this.artifact.sets[set];
    return { total, names: kept.map((label) => this.strings[label]) };
  }

  violationsOf(entry) {
    const { rule, named: cutOff, text, allowed } = this.artifact.violations;
    return (this.violations.get(entry) || []).map((place) => ({
      rule: this.strings[rule[place]],
      text: (cutOff[place] ? `\`${cut(this.entryName(entry), 100)}\`` : '') + this.strings[text[place]],
      allowed: this.string(allowed[place]),
    }));
  }

  // The indices of the entry points that pass the filter, the worst first.
  matching({ query, verdicts, broken }) {
    const wanted = query.trim().toLowerCase();
    const { verdict } = this.entries;
    const found = [];
    for (let place = 0; place < this.size; place++) {
      if (!verdicts.has(verdict[place])) continue;
      if (broken && !this.violations.has(place)) continue;
      if (wanted && !this.text(place).includes(wanted)) continue;
      found.push(place);
    }
    return found;
  }

  text(place) {
    if (this.texts === null) {
      this.texts = Array.from({ length: this.size }, (_, index) =>
        `${this.entryName(index)}\n${this.entryFunction(index)}`.toLowerCase());
    }
    return this.texts[place];
  }
}
