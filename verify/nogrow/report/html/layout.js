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
