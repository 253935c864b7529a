// Creates elements from text. The page never parses HTML, because names in a module can contain markup.

const fill = (node, properties, children) => {
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') node.addEventListener(key, value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
};

const el = (tag, properties = {}, ...children) => fill(document.createElement(tag), properties, children);

const svg = (tag, properties = {}, ...children) =>
  fill(document.createElementNS('http://www.w3.org/2000/svg', tag), properties, children);

// A name that a module chose. It is isolated, so that its writing direction does not affect other text.
const named = (text) => el('bdi', { class: 'name', dir: 'ltr' }, text);

const button = (properties, ...children) => el('button', { type: 'button', ...properties }, ...children);

const count = (number, noun) => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;

const number = (value) => value.toLocaleString('en');

// Steps in host code have no offset. Functions outside of the module have negative numbers.
const indexed = (index) => (index < 0 ? '' : `func[${index}]`);
const placeOf = (index, offset) => `${indexed(index)}${offset < 0 ? '' : ` at ${hex(offset)}: `}`;
const hex = (offset) => `0x${offset.toString(16).padStart(6, '0')}`;

const cut = (text, most) => {
  if (text.length <= most) return text;
  const half = (most - 1) >> 1;
  return `${text.slice(0, half)}\u2026${text.slice(-half)}`;
};

// A sentence in which names are in backticks. A name can contain a backtick too, so the marks may be wrong,
// but the text stays complete and isolated.
const sentence = (text) => el('bdi', { dir: 'ltr' }, text.split('`').map((part, index) => (index % 2 ? named(part) : part)));

let lastId = 0;
const freshId = (stem) => `${stem}-${++lastId}`;

// The first rows of a long list, and a button that shows more rows.
const pagedList = (items, most, row, list = 'ul', properties = {}) => {
  const body = el(list, properties, items.slice(0, most).map(row));
  if (items.length <= most) return [body];
  let shown = most;
  const more = button({ class: 'more', click: () => {
    const next = items.slice(shown, shown + most).map(row);
    body.append(...next);
    shown += most;
    if (shown >= items.length) more.remove();
    else more.textContent = label();
    (next[0].querySelector('button') || next[0]).focus();
  } });
  const label = () => `Show ${number(Math.min(most, items.length - shown))} more of ${number(items.length)}`;
  more.textContent = label();
  return [body, more];
};
