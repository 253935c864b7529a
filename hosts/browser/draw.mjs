// This module draws each moment: the pages as cells, below them the buffers, and below its buffer the view.

const TITLES = {
  before: "Before the call",
  after: "set_name has returned",
  reading: "The host reads the greeting",
};
const count = new Intl.NumberFormat("en");

/** Return the element for a moment; `before` is the moment before it, or undefined. */
export function drawMoment(moment, before) {
  const grown = before === undefined ? 0 : moment.pages - before.pages;
  return element("li", { class: "moment", "data-moment": moment.name }, [
    element("h3", {}, [TITLES[moment.name]]),
    memory(moment, grown),
    element("div", { class: "buffers" }, moment.buffers.map((buffer) => column(buffer, moment.view))),
  ]);
}

function memory(moment, grown) {
  const cells = Array.from({ length: moment.pages }, (_, index) => {
    const kinds = ["page"];
    if (index >= moment.pages - grown) {
      kinds.push("new");
    }
    if (index === moment.greeting.page) {
      kinds.push("used");
    }
    return element("i", { class: kinds.join(" ") });
  });
  const growth = grown > 0 ? [element("strong", {}, [` +${plural(grown, "page")}`])] : [];
  const { page, text } = moment.greeting;
  const content = text === "" ? `page ${page} is where the greeting will be` : `page ${page} holds “${text}”`;
  return element("div", { class: "memory" }, [
    element("p", { class: "label" }, ["memory ", element("span", {}, [plural(moment.pages, "page"), ...growth])]),
    element("div", { class: "pages", "aria-hidden": "true" }, cells),
    element("p", { class: "quiet" }, [content]),
  ]);
}

function column(buffer, view) {
  const state = buffer.attached ? "attached" : "detached";
  const box = element("div", { class: "box" }, [
    element("p", { class: "label" }, [`ArrayBuffer ${buffer.number}`, element("span", {}, [state])]),
    element("p", { class: "quiet" }, [`${count.format(buffer.bytes)} bytes${buffer.resizable ? ", resizable" : ""}`]),
    element("p", { class: "quiet" }, [buffer.current ? "is memory.buffer" : "was memory.buffer"]),
  ]);
  const parts = [element("div", { class: `link ${buffer.attached ? "whole" : "cut"}`, "aria-hidden": "true" }), box];
  if (view.of === buffer.number) {
    parts.push(element("div", { class: "link whole", "aria-hidden": "true" }), viewBox(view));
  }
  return element("div", { class: `buffer ${state}` }, parts);
}

function viewBox(view) {
  const state = view.attached ? "attached" : "detached";
  return element("div", { class: `box view ${state}`, "data-view": state }, [
    element("p", { class: "label" }, ["Uint8Array", element("span", {}, [state])]),
    element("p", { class: "quiet" }, [`length ${count.format(view.length)}`]),
  ]);
}

function plural(number, noun) {
  return `${count.format(number)} ${noun}${number === 1 ? "" : "s"}`;
}

function element(name, attributes, children = []) {
  const created = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    created.setAttribute(key, value);
  }
  created.append(...children);
  return created;
}
