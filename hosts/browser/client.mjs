// The page: what is chosen is run at once, and the address says what is chosen, so that a run can be linked to.

import { drawn } from "./draw.mjs";
import { greet, load } from "./greet.mjs";
import { recorder } from "./moments.mjs";
import { WAYS } from "./ways.mjs";

const form = document.getElementById("choice");
const result = document.getElementById("result");
const said = document.getElementById("said");
const meaning = document.getElementById("meaning");
const list = document.getElementById("moments");

let latest = 0;

function chosen() {
  return Object.fromEntries(new FormData(form));
}

/** Choose what the address asks for; what it doesn't know stays as it is. */
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
  document.getElementById("code").textContent = WAYS[view].code;
  history.replaceState(null, "", `?${new URLSearchParams({ guest, view, profile })}`);
  result.ariaBusy = "true";
  const outcome = await outcomeOf(`/build/${profile}/${guest}.wasm`, WAYS[view].view);
  // A slow guest must not overwrite what was chosen after it.
  if (turn === latest) {
    show(outcome);
  }
}

async function outcomeOf(url, wayOf) {
  let moments = [];
  try {
    const guest = await load(url);
    const record = recorder(guest.memory, wayOf(guest.memory), guest.get_msg_ptr());
    moments = record.moments;
    const text = greet(guest, record.view, record.watch);
    console.log(text);
    return { text, failed: false, moments };
  } catch (error) {
    console.error(error);
    return { text: `${error.name}: ${error.message}`, failed: true, moments };
  }
}

function show({ text, failed, moments }) {
  said.textContent = text;
  result.dataset.outcome = failed ? "error" : "greeting";
  meaning.textContent = meaningOf(failed, moments);
  list.replaceChildren(...moments.map((moment, at) => drawn(moment, moments[at - 1])));
  result.ariaBusy = "false";
}

/** What the reader just saw, in a sentence. */
function meaningOf(failed, moments) {
  const [before, after, reading] = moments;
  if (reading === undefined) {
    return "The guest was not run to its end.";
  }
  const grown = after.pages - before.pages;
  if (grown === 0) {
    return "The memory did not grow: the view is as good as it was.";
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
