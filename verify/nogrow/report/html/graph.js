// Draws the graph of call paths, and a panel about the selected function.

// Zooms and pans a drawing with the mouse, by touch and with the keyboard.
class View {
  constructor(node, layer) {
    this.node = node;
    this.layer = layer;
    this.size = { width: 1, height: 1, end: 0 };
    this.at = { x: 0, y: 0, scale: 1 };
    let held = null;
    node.addEventListener('wheel', (event) => {
      // Without Ctrl or the focus, the wheel scrolls the page.
      if (!event.ctrlKey && !node.contains(document.activeElement)) return;
      event.preventDefault();
      const box = node.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    node.addEventListener('pointerdown', (event) => { held = { x: event.clientX, y: event.clientY, far: false }; });
    node.addEventListener('pointermove', (event) => {
      if (held === null || event.buttons === 0) return;
      const [x, y] = [event.clientX - held.x, event.clientY - held.y];
      // A click with a small movement is still a click.
      if (!held.far && Math.hypot(x, y) < 4) return;
      if (!held.far) node.setPointerCapture(event.pointerId);
      this.pan(x, y);
      held = { x: event.clientX, y: event.clientY, far: true };
    });
    for (const end of ['pointerup', 'pointercancel']) node.addEventListener(end, () => { held = null; });
  }

  // Shows the whole drawing, or only its right end with the growths if everything would be too small to read.
  fit() {
    const { clientWidth, clientHeight } = this.node;
    const [width, height] = [this.size.width + 40, this.size.height + 40];
    const whole = Math.min(clientWidth / width, clientHeight / height, 1.2);
    const scale = Math.max(whole, 0.65);
    const x = width * scale > clientWidth ? clientWidth - width * scale + 20 * scale : (clientWidth - this.size.width * scale) / 2;
    const middle = height * scale > clientHeight ? this.size.end : this.size.height / 2;
    this.at = { scale, x, y: clientHeight / 2 - middle * scale };
    this.apply();
  }

  whole() {
    const { clientWidth, clientHeight } = this.node;
    const scale = Math.min(clientWidth / (this.size.width + 40), clientHeight / (this.size.height + 40), 1.2);
    this.at = { scale, x: (clientWidth - this.size.width * scale) / 2, y: (clientHeight - this.size.height * scale) / 2 };
    this.apply();
  }

  pan(x, y) {
    this.at = { ...this.at, x: this.at.x + x, y: this.at.y + y };
    this.apply();
  }

  zoom(by, x = this.node.clientWidth / 2, y = this.node.clientHeight / 2) {
    const scale = Math.min(4, Math.max(0.02, this.at.scale * by));
    const change = scale / this.at.scale;
    this.at = { scale, x: x - (x - this.at.x) * change, y: y - (y - this.at.y) * change };
    this.apply();
  }

  // Brings a box into view with the smallest movement.
  reveal({ x, y }, { width, height }) {
    const { scale } = this.at;
    const toward = (low, high, room) => (low < 10 ? 10 - low : high > room - 10 ? Math.max(room - 10 - high, 10 - low) : 0);
    const [left, top] = [x * scale + this.at.x, y * scale + this.at.y];
    this.pan(toward(left, left + width * scale, this.node.clientWidth),
      toward(top, top + height * scale, this.node.clientHeight));
  }

  apply() {
    const { x, y, scale } = this.at;
    this.layer.setAttribute('transform', `translate(${x} ${y}) scale(${scale})`);
  }

  // Handles a key and returns whether it was a zoom or pan key.
  key(event, arrows) {
    const step = 60;
    const moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === '+' || event.key === '=') this.zoom(1.25);
    else if (event.key === '-') this.zoom(0.8);
    else if (event.key === '0') this.whole();
    else if (arrows && event.key in moves) this.pan(...moves[event.key]);
    else return false;
    event.preventDefault();
    return true;
  }
}

class Graph {
  constructor(model, selectEntry) {
    this.model = model;
    this.selectEntry = selectEntry;
    this.layer = svg('g');
    this.svg = svg('svg', { class: 'graph', tabindex: 0, role: 'group',
      'aria-label': 'Call paths to growths. Arrow keys move, plus and minus zoom, 0 shows everything, Tab moves to the functions.',
      keydown: (event) => this.key(event) }, this.layer);
    this.view = new View(this.svg, this.layer);
    this.panel = el('div', { class: 'panel', role: 'region', 'aria-label': 'Function' });
    this.note = el('p', { class: 'quiet', role: 'status' });
    this.tools = el('div', { class: 'tools' },
      button({ 'aria-label': 'Zoom in', click: () => this.view.zoom(1.25) }, '+'),
      button({ 'aria-label': 'Zoom out', click: () => this.view.zoom(0.8) }, '\u2212'),
      button({ click: () => this.view.whole() }, 'Show all'));
    this.node = el('div', { class: 'drawing' },
      el('div', { class: 'frame' }, this.svg, this.tools), this.panel);
  }

  draw(places) {
    const { model } = this;
    this.union = mergePaths(model, places);
    this.boxes = new Map();
    this.chosen = null;
    this.layer.replaceChildren();
    const { nodes, edges, paths, leftOut } = this.union;
    this.node.hidden = nodes.size === 0;
    this.note.textContent = nodes.size === 0
      ? leftOut > 0 ? `The paths of ${count(leftOut, 'entry point')} are too long to draw.`
        : 'No entry point in the list has a path to a growth.'
      : `The shortest paths of ${count(paths - leftOut, 'entry point')}, merged: ${count(nodes.size, 'node')}. `
      + (leftOut > 0 ? `${number(leftOut)} more do not fit in ${MOST_NODES} nodes and are left out, the longest first. `
        + 'Filter the list to see them. ' : '')
      + (model.dominated.size > 0 ? 'Causes have a bold frame.' : '');
    if (nodes.size === 0) return;
    this.laid = layOut(this.union);
    this.layer.append(
      svg('g', { class: 'edges' }, edges.map(({ from, to }) => svg('path', {
        d: curve(this.laid.places.get(from), this.laid.places.get(to)), 'data-from': from, 'data-to': to }))),
      ...this.laid.columns.flat().map((node) => this.box(node)));
    this.view.size = this.laid;
    // The frame is as tall as the graph; the style sheet limits its height.
    this.svg.style.height = `${Math.max(240, this.laid.height + 80)}px`;
    this.view.fit();
    this.boxes.values().next().value.setAttribute('tabindex', 0);
    this.panel.replaceChildren(el('p', { class: 'quiet' }, 'Select a function to see its callers on the paths to a growth. '
      + 'Drag to move; hold Ctrl and turn the wheel to zoom. Keys: arrows, + and -, and 0 to show everything.'));
  }

  title(node) {
    if (node.kind === 'host') return node.name;
    return node.kind === 'group' ? count(node.entries.length, 'entry point') : this.model.functionName(node.index);
  }

  box(node) {
    const { model } = this;
    const { x, y } = this.laid.places.get(node.key);
    const worst = Math.max(-1, ...node.entries.slice(0, 1000).map((place) => model.verdict(place)));
    const dominated = node.kind === 'function' && model.dominated.get(node.index);
    const role = node.kind === 'host' ? 'import that grows the memory' : [
      node.kind === 'function' && indexed(node.index), worst >= 0 && `entry point, ${model.label(worst)}`,
      node.grows !== null && 'grows the memory',
      dominated && `all paths of ${count(dominated, 'entry point')} pass it`].filter(Boolean).join(', ');
    const grows = node.grows !== null || node.kind === 'host';
    const box = svg('g', { class: `box ${node.kind}${grows ? ' grows' : ''}${dominated ? ' dominator' : ''}`, transform: `translate(${x} ${y})`,
      role: 'button', tabindex: -1, 'data-key': node.key, 'aria-label': `${this.title(node)}: ${role}`,
      click: () => this.choose(node.key, false) },
    svg('title', {}, `${this.title(node)}\n${role}`),
    node.kind === 'group' && svg('rect', { x: 4, y: 4, width: BOX.width, height: BOX.height, rx: 5, class: 'behind' }),
    svg('rect', { width: BOX.width, height: BOX.height, rx: 5 }),
    worst >= 0 && svg('rect', { width: 6, height: BOX.height, rx: 3, class: `mark v${worst}` }),
    svg('text', { x: 14, y: 18 }, cut(this.title(node), 25)));
    this.boxes.set(node.key, box);
    return box;
  }

  choose(key, focus = true) {
    const node = this.union.nodes.get(key);
    if (!node) return;
    this.chosen = key;
    this.stop(key, focus);
    for (const [boxKey, box] of this.boxes) {
      box.classList.toggle('chosen', boxKey === key);
      box.setAttribute('aria-pressed', boxKey === key);
    }
    for (const path of this.layer.firstChild.children) {
      path.classList.toggle('lit', path.dataset.from === key || path.dataset.to === key);
    }
    this.view.reveal(this.laid.places.get(key), BOX);
    this.panel.replaceChildren(...this.about(node).flat(Infinity).filter(Boolean));
  }

  // Makes a box the one that Tab moves to.
  stop(key, focus) {
    for (const box of this.boxes.values()) box.setAttribute('tabindex', -1);
    const box = this.boxes.get(key);
    box.setAttribute('tabindex', 0);
    if (focus) box.focus();
  }

  chooseFunction(index) {
    if (this.union.nodes.has(`f${index}`)) this.choose(`f${index}`, false);
    else {
      const group = [...this.union.nodes.values()].find((node) => node.members.includes(index));
      if (group) this.choose(group.key, false);
    }
  }

  about(node) {
    const { model } = this;
    const link = (key) => button({ class: 'link', click: () => this.choose(key) }, named(this.title(this.union.nodes.get(key))));
    const entry = (place) => el('li', {}, verdictMark(model.verdict(place), model.label(model.verdict(place))), ' ',
      button({ class: 'link', click: () => this.selectEntry(place) }, named(model.entryName(place))),
      node.kind === 'group' && model.entryFunction(place) && el('div', { class: 'also' }, named(model.entryFunction(place))));
    const calls = ({ to, steps }) => el('li', {}, link(to), pagedList([...steps], 5, (stepNumber) => {
      const step = model.step(stepNumber);
      return el('li', {}, el('span', { class: 'quiet' }, node.kind === 'group' && `func[${step.function}] `,
        step.offset >= 0 && `at ${hex(step.offset)}: `, named(step.instruction)), sourceOf(model, step.frames));
    }, 'ul', { class: 'plain' }));
    const growth = node.grows !== null && model.step(node.grows);
    return [
      el('h4', {}, named(this.title(node))),
      el('p', { class: 'quiet' }, { host: 'The host grows the memory when this import is called.',
        group: 'No function on these paths calls them.', function: indexed(node.index) }[node.kind]),
      growth && el('div', {}, 'Grows the memory ', el('span', { class: 'quiet' }, growth.offset >= 0 && `at ${hex(growth.offset)}`),
        sourceOf(model, growth.frames)),
      node.before.length > 0 && [el('h5', {}, `Callers on these paths (${number(node.before.length)})`),
        pagedList(node.before, 20, ({ from }) => el('li', {}, link(from)), 'ul', { class: 'plain' })],
      node.after.length > 0 && [el('h5', {}, 'Calls on these paths'),
        pagedList(node.after, 10, calls, 'ul', { class: 'plain' })],
      node.entries.length > 0 && [el('h5', {}, 'Entry points'),
        pagedList(node.entries, 20, entry, 'ul', { class: 'plain' })],
    ];
  }

  key(event) {
    const key = event.target.dataset && event.target.dataset.key;
    if (this.view.key(event, !key || event.shiftKey) || !key) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.choose(key);
    } else {
      const next = this.neighbour(key, event.key);
      if (next === undefined) return;
      event.preventDefault();
      this.stop(next, true);
      this.view.reveal(this.laid.places.get(next), BOX);
    }
  }

  // Up and down stay in the column; left moves to a caller, right to a callee.
  neighbour(key, arrow) {
    const node = this.union.nodes.get(key);
    const column = this.laid.columns.find((nodes) => nodes.includes(node));
    const at = column.indexOf(node);
    const distance = (other) => Math.abs(this.laid.places.get(other).y - this.laid.places.get(key).y);
    const nearest = (keys) => keys.sort((first, second) => distance(first) - distance(second))[0];
    switch (arrow) {
      case 'ArrowUp': return column[at - 1]?.key;
      case 'ArrowDown': return column[at + 1]?.key;
      case 'ArrowLeft': return nearest(node.before.map(({ from }) => from));
      case 'ArrowRight': return nearest(node.after.map(({ to }) => to));
      default: return undefined;
    }
  }
}
