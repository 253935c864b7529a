// Merges the shown paths into one graph. Each function is one node, and many entry points that call the same
// function are drawn as one group if no function on a path calls them.

const MOST_NODES = 300;
const ALONE = 3;
// Longer paths are ignored: tens of thousands of them would make the page unresponsive.
const LONGEST = 400;

const mergePaths = (model, places, most = MOST_NODES) => {
  const paths = [];
  const inner = new Set();
  let tooLong = 0;
  for (const place of places) {
    const length = model.lengths[place];
    if (length === 0) continue;
    if (length > LONGEST) {
      tooLong++;
      continue;
    }
    const steps = model.path(place);
    const functions = steps.map((step) => model.steps.function[step]);
    functions.slice(1).forEach((index) => inner.add(index));
    paths.push({ place, steps, functions });
  }
  paths.sort((first, second) => first.steps.length - second.steps.length);

  const nodes = new Map();
  const edges = new Map();
  const leaves = new Map();
  let cost = 0;
  let leftOut = tooLong;

  const add = (key, properties) => {
    if (!nodes.has(key)) nodes.set(key, { key, entries: [], members: [], grows: null, before: [], after: [], ...properties });
    return nodes.get(key);
  };
  const connect = (from, to, step) => {
    const key = `${from}>${to}`;
    if (!edges.has(key)) edges.set(key, { from, to, steps: new Set() });
    edges.get(key).steps.add(step);
  };

  for (const path of paths) {
    const { place, steps, functions } = path;
    const host = model.string(model.entries.host[place]);
    const leaf = functions.length > 1 && !inner.has(functions[0]);
    const rest = leaf ? functions.slice(1) : functions;
    const group = leaf ? `${functions[1]}/${model.verdict(place)}` : null;
    const members = leaf ? leaves.get(group) : null;
    const isNew = leaf && !(members && members.has(functions[0])) && (!members || members.size < ALONE);
    const needed = rest.filter((index, at) => !nodes.has(`f${index}`) && rest.indexOf(index) === at).length
      + (host && !nodes.has(`h${host}`) ? 1 : 0) + (isNew ? 1 : 0);
    if (cost + needed > most) {
      leftOut++;
      continue;
    }
    cost += needed;
    for (const index of rest) add(`f${index}`, { kind: 'function', index });
    const start = leaf ? 1 : 0;
    for (let at = start; at + 1 < steps.length; at++) connect(`f${functions[at]}`, `f${functions[at + 1]}`, steps[at]);
    const last = steps[steps.length - 1];
    const end = nodes.get(`f${functions[functions.length - 1]}`);
    if (host) {
      add(`h${host}`, { kind: 'host', name: host });
      connect(end.key, `h${host}`, last);
    } else {
      end.grows = last;
    }
    if (leaf) {
      if (!members) leaves.set(group, new Map());
      const grouped = leaves.get(group);
      if (!grouped.has(functions[0])) grouped.set(functions[0], []);
      grouped.get(functions[0]).push(path);
    } else {
      nodes.get(`f${functions[0]}`).entries.push(place);
    }
  }
  for (const [group, members] of leaves) joinLeaves(group, members, add, connect);
  for (const { from, to, steps } of edges.values()) {
    nodes.get(from).after.push({ to, steps });
    nodes.get(to).before.push({ from, steps });
  }
  return { nodes, edges: [...edges.values()], paths: paths.length + tooLong, leftOut };
};

const joinLeaves = (group, members, add, connect) => {
  for (const [index, paths] of members) {
    const node = members.size > ALONE
      ? add(`g${group}`, { kind: 'group' }) : add(`f${index}`, { kind: 'function', index });
    for (const { place, steps, functions } of paths) {
      node.entries.push(place);
      connect(node.key, `f${functions[1]}`, steps[0]);
    }
    if (node.kind === 'group') node.members.push(index);
  }
};

// Computes the layout of the merged paths: one column for each distance from the growth, which is on the right.
const BOX = { width: 200, height: 28, across: 64, down: 12 };

const distances = (nodes) => {
  const far = new Map();
  let front = [...nodes.values()].filter((node) => node.kind === 'host' || node.grows !== null);
  front.forEach((node) => far.set(node.key, 0));
  while (front.length > 0) {
    const next = [];
    for (const node of front) {
      for (const { from } of node.before) {
        if (far.has(from)) continue;
        far.set(from, far.get(node.key) + 1);
        next.push(nodes.get(from));
      }
    }
    front = next;
  }
  return far;
};

const layOut = ({ nodes }) => {
  const far = distances(nodes);
  const columns = [];
  for (const node of nodes.values()) (columns[far.get(node.key)] ||= []).push(node);
  const gap = BOX.height + BOX.down;
  const row = new Map();
  columns.forEach((column, distance) => {
    // Each node should be next to the middle of its callees; the sort keeps the order of nodes with equal rows.
    const wish = new Map(column.map((node, index) => {
      const callees = node.after.map(({ to }) => row.get(to)).filter((y) => y !== undefined);
      return [node, callees.length > 0 ? callees.reduce((sum, y) => sum + y, 0) / callees.length : index * gap];
    }));
    column.sort((first, second) => wish.get(first) - wish.get(second));
    let free = -Infinity;
    for (const node of column) {
      const at = Math.max(wish.get(node), free);
      row.set(node.key, at);
      free = at + gap;
    }
    const shift = column.reduce((sum, node) => sum + wish.get(node) - row.get(node.key), 0) / column.length;
    column.forEach((node) => row.set(node.key, row.get(node.key) + shift));
    column.distance = distance;
  });
  const places = new Map();
  for (const column of columns) {
    const x = (columns.length - 1 - column.distance) * (BOX.width + BOX.across);
    column.forEach((node) => places.set(node.key, { x, y: row.get(node.key) }));
  }
  const ys = [...places.values()].map(({ y }) => y);
  const ends = columns[0].map((node) => row.get(node.key));
  const top = Math.min(...ys);
  places.forEach((place) => { place.y -= top; });
  return {
    places,
    end: ends.reduce((sum, y) => sum + y, 0) / ends.length - top,
    columns: columns.reverse(),
    width: columns.length * (BOX.width + BOX.across) - BOX.across,
    height: Math.max(...ys) - top + BOX.height,
  };
};

// A curve from the right side of one box to the left side of another, which may be further to the left.
const curve = (from, to) => {
  const [x1, y1] = [from.x + BOX.width, from.y + BOX.height / 2];
  const [x2, y2] = [to.x, to.y + BOX.height / 2];
  const bend = x2 > x1 ? (x2 - x1) / 2 : BOX.across;
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 4} ${y2}`;
};
