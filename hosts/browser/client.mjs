// This script runs each choice at once, and puts it into the address so that a run can be linked to.

import { drawMoment } from "./draw.mjs";
import { greet, load } from "./greet.mjs";
import { recorder } from "./moments.mjs";
import { VIEW_KINDS } from "./view_kinds.mjs";

const form = document.getElementById("choice");
const result = document.getElementById("result");
const message = document.getElementById("said");
const meaning = document.getElementById("meaning");
const list = document.getElementById("moments");

let latest = 0;

function chosen() {
  return Object.fromEntries(new FormData(form));
}

/** Select the choices in the address, and ignore unknown ones. */
function choose(query) {
  for (const [name, value] of query) {
    for (const input of form.querySelectorAll("input")) {
      input.checked ||= input.name === name && input.value === value;
    }
  }
}

async function run() {
  const turn = ++latest;
  const { guest, profile, view } = chosen();
  document.getElementById("code").textContent = VIEW_KINDS[view].code;
  history.replaceState(null, "", `?${new URLSearchParams({ guest, view, profile })}`);
  result.ariaBusy = "true";
  const outcome = await outcomeOf(`/build/${profile}/${guest}.wasm`, VIEW_KINDS[view].view);
  // A slow guest must not replace the result of a later choice.
  if (turn === latest) {
    show(guest, outcome);
  }
}

async function outcomeOf(url, makeView) {
  let moments = [];
  try {
    const guest = await load(url);
    const record = recorder(guest.memory, makeView(guest.memory), guest.get_msg_ptr());
    moments = record.moments;
    const text = greet(guest, record.view, record.watch);
    console.log(text);
    return { text, failed: false, moments };
  } catch (error) {
    console.error(error);
    return { text: `${error.name}: ${error.message}`, failed: true, moments };
  }
}

function show(guest, { text, failed, moments }) {
  message.textContent = text;
  result.dataset.outcome = failed ? "error" : "greeting";
  meaning.textContent = meaningOf(guest, failed, moments);
  list.replaceChildren(...moments.map((moment, index) => drawMoment(moment, moments[index - 1])));
  result.ariaBusy = "false";
}

/** Return a sentence that explains the result. */
function meaningOf(guest, failed, moments) {
  const [before, after, reading] = moments;
  if (reading === undefined) {
    return "The guest did not finish.";
  }
  const grown = after.pages - before.pages;
  if (grown === 0) {
    return guest.endsWith(".sealed")
      ? "The memory has all its pages from the start, and the guest counts its own: the view is still attached."
      : "The memory did not grow, so the view is still attached.";
  }
  const growth = `The memory grew by ${grown} page${grown === 1 ? "" : "s"}`;
  if (failed) {
    return `${growth} and has a new buffer. The greeting is in it, but the host’s view is of the old one.`;
  }
  return reading.view.of === before.view.of
    ? `${growth}, and its buffer grew with it: the view stayed attached.`
    : `${growth} and has a new buffer. The host made a new view before it read.`;
}

choose(new URLSearchParams(location.search));
form.addEventListener("change", run);
form.addEventListener("submit", (event) => event.preventDefault());
run();
