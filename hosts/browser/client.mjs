// This script runs each choice at once, and puts it into the address so that a run can be linked to.

import { drawMoment } from "./draw.mjs";
import { greet, load, warmUp } from "./greet.mjs";
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
  const choice = chosen();
  const { guest, profile, view } = choice;
  document.getElementById("code").textContent = VIEW_KINDS[view].code;
  history.replaceState(null, "", `?${new URLSearchParams(choice)}`);
  result.ariaBusy = "true";
  const file = choice.stress ? `${guest}.stressed.wasm` : `${guest}.wasm`;
  const outcome = await outcomeOf(`/build/${profile}/${file}`, VIEW_KINDS[view].view, choice.warm);
  // A slow guest must not replace the result of a later choice.
  if (turn === latest) {
    show(choice, outcome);
  }
}

async function outcomeOf(url, makeView, warm) {
  let moments = [];
  try {
    const guest = await load(url);
    if (warm) {
      warmUp(guest);
    }
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

function show(choice, { text, failed, moments }) {
  message.textContent = text;
  result.dataset.outcome = failed ? "error" : "greeting";
  meaning.textContent = meaningOf(choice, failed, moments);
  list.replaceChildren(...moments.map((moment, index) => drawMoment(moment, moments[index - 1])));
  result.ariaBusy = "false";
}

/** Return a sentence that explains the result. */
function meaningOf({ guest, stress }, failed, moments) {
  const [before, after, reading] = moments;
  if (reading === undefined) {
    return "The guest did not finish.";
  }
  const grown = after.pages - before.pages;
  if (grown === 0) {
    return isDetached(before, after) ? meaningOfDetaching(failed) : meaningOfRest(guest, stress);
  }
  const growth = `The memory grew by ${grown} page${grown === 1 ? "" : "s"}`;
  if (failed) {
    return `${growth} and has a new buffer. The greeting is in it, but the host’s view is of the old one.`;
  }
  return reading.view.of === before.view.of
    ? `${growth}, and its buffer grew with it: the view stayed attached.`
    : `${growth} and has a new buffer. The host made a new view before it read.`;
}

/** Return whether the call replaced the buffer, which a growth by 0 pages does too. */
function isDetached(before, after) {
  return after.buffers.find((buffer) => buffer.current).number !== before.buffers.find((buffer) => buffer.current).number;
}

function meaningOfDetaching(failed) {
  const stress = "The memory did not need to grow. But set_name may grow it, so under stress its buffer is detached";
  return failed ? `${stress}, and the host’s view with it.` : `${stress}. The host made a new view before it read.`;
}

function meaningOfRest(guest, stress) {
  if (guest.endsWith(".sealed")) {
    return "The memory has all its pages from the start, and the guest counts its own: the view is still attached.";
  }
  if (guest === "greeting_growth") {
    return "The memory did not need to grow this time, so the view is still attached.";
  }
  return stress
    ? "The guest cannot grow its memory, so stress leaves the buffer alone: the view is still attached."
    : "The memory did not grow, so the view is still attached.";
}

choose(new URLSearchParams(location.search));
form.addEventListener("change", run);
form.addEventListener("submit", (event) => event.preventDefault());
run();
