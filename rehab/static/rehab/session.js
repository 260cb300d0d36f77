// The guided session: one exercise at a time, countdowns, a counter, rests.  The form below works without it.
// What was done is kept in this browser under the key of the session, without a name, until it was sent or the
// runner signs out.  Time is told by the clock, not by ticks: a locked screen, a call or a reload loses nothing.

const form = document.querySelector("form[data-session]");
const data = JSON.parse(document.getElementById("session-data").textContent);
const { words } = data;
const SLOT = "stridewell.session.";
const SOUND = "stridewell.sound";
const KEPT_MS = 12 * 60 * 60 * 1000;

// --- What is kept ---------------------------------------------------------------------------------

function read(slot) {
  try {
    return JSON.parse(localStorage.getItem(slot));
  } catch {
    return null; // storage is closed or broken: the session goes on without it
  }
}

function write(slot, value) {
  try {
    localStorage.setItem(slot, JSON.stringify(value));
  } catch {
    // the form itself still holds everything
  }
}

/** Return the state of this session, or of one begun with the same exercises under older safety answers. */
function restored() {
  const items = data.exercises.map((exercise) => exercise.item).join();
  const found = [];
  for (const slot of Object.keys(localStorage).filter((name) => name.startsWith(SLOT))) {
    const kept = read(slot);
    if (!kept || Date.now() - kept.began > KEPT_MS) localStorage.removeItem(slot);
    else if (slot === SLOT + data.key) return kept;
    else if (kept.items === items) found.push([slot, kept]);
  }
  if (!found.length) return null;
  const [slot, kept] = found.sort((a, b) => b[1].began - a[1].began)[0];
  localStorage.removeItem(slot);
  return kept;
}

let known = null;
try {
  known = restored();
} catch {
  known = null;
}
const state = known || {
  items: data.exercises.map((exercise) => exercise.item).join(),
  began: Date.now(),
  step: 0,
  fields: {},
  counts: {},
  timer: null, // {exercise, set, phase, rep, ends, left}: ends in ms of the clock; left while paused
};

let isOver = false; // signed out: nothing is written down any more
document.addEventListener("submit", (event) => (isOver ||= event.target.matches("form.signout")));
document.addEventListener("session:kept", () => (isOver = true)); // it waits in the outbox, whole

function keep() {
  if (isOver) return;
  write(SLOT + data.key, state);
}

/** Remember what stands in the form; tokens and keys belong to the page and are left out. */
function keepFields() {
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (!["csrfmiddlewaretoken", "key", "item", "began", "day"].includes(name)) (fields[name] ||= []).push(value);
  }
  state.fields = fields;
  keep();
}

function fillFields() {
  for (const [name, values] of Object.entries(state.fields)) {
    for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (["radio", "checkbox"].includes(input.type)) input.checked = values.includes(input.value);
      else [input.value] = values;
    }
  }
}

// --- Sound, vibration, a screen that stays on ------------------------------------------------------

let audio = null;
const isMuted = () => read(SOUND) === "off";

function beep(pitch, milliseconds, buzz) {
  if (isMuted()) return;
  navigator.vibrate?.(buzz);
  if (!audio) return;
  const tone = audio.createOscillator();
  const loudness = audio.createGain();
  tone.frequency.value = pitch;
  loudness.gain.setValueAtTime(0.25, audio.currentTime);
  loudness.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + milliseconds / 1000);
  tone.connect(loudness).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + milliseconds / 1000);
}

/** Wake the sound: a browser lets it play only after a tap. */
function wakeSound() {
  if (!audio && window.AudioContext) audio = new AudioContext();
  audio?.resume();
}

let lock = null;
async function stayAwake() {
  try {
    lock ||= await navigator.wakeLock?.request("screen");
    lock?.addEventListener("release", () => (lock = null), { once: true });
  } catch {
    lock = null; // the battery is low, or the browser cannot: the session goes on
  }
}

// --- The steps ------------------------------------------------------------------------------------

const steps = [...form.querySelectorAll(".my-step")];
const exercises = steps.filter((section) => section.dataset.step === "exercise").length;
const said = made("p", { className: "visually-hidden", role: "status" });
const bar = made("div", { className: "my-progress" });

function made(tag, { role, ...properties } = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  if (role) node.setAttribute("role", role);
  node.append(...children);
  return node;
}

function button(text, act, look = "btn-outline-primary") {
  const node = made("button", { type: "button", className: `btn ${look}`, textContent: text });
  node.addEventListener("click", act);
  return node;
}

const fill = (text, values) => text.replace(/{(\w+)}/g, (whole, name) => values[name] ?? whole);

function show(step, { focus = true } = {}) {
  state.step = Math.max(0, Math.min(step, steps.length - 1));
  steps.forEach((section, number) => (section.hidden = number !== state.step));
  bar.textContent = state.step < exercises ? fill(words.exercise, { n: state.step + 1, all: exercises }) : words.whole;
  bar.style.setProperty("--share", (state.step + 1) / steps.length);
  if (state.step === steps.length - 1) fillMinutes();
  if (focus) {
    steps[state.step].querySelector("h2").focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
  draw();
  keep();
}

function fillMinutes() {
  const minutes = form.elements.minutes;
  if (minutes && !minutes.value) minutes.value = Math.max(1, Math.round((Date.now() - state.began) / 60000));
}

/** Fold the list of sets away under the counter that ticks them; "all of them" stays in sight. */
function fold(section) {
  const sets = section.querySelector(".my-sets");
  if (!sets) return;
  const whole = sets.querySelector(".my-all");
  const folded = made("details", { className: "my-more" }, made("summary", { textContent: sets.querySelector("legend").textContent }));
  folded.open = Boolean(sets.querySelector(".invalid"));
  sets.before(folded);
  if (whole) folded.before(whole);
  folded.append(sets);
}

function ways(number) {
  const row = made("div", { className: "my-ways" });
  if (number) row.append(button(words.previous, () => show(number - 1)));
  if (number < steps.length - 1) {
    const last = number === steps.length - 2;
    row.append(button(last ? words.finish : words.next, () => show(number + 1), "btn-primary"));
  }
  return row;
}

// --- Sets: what comes after what -------------------------------------------------------------------

const boxes = (number) => [...steps[number].querySelectorAll(`[name="x${number + 1}_sets"]`)];
const all = (number) => steps[number].querySelector(`[name="x${number + 1}_all"]`);
const isTimed = (set) => (set.unit === "s" || set.unit === "min" || (set.unit === "r" && set.hold)) && set.amount;
const holdSeconds = (set) => ({ s: set.amount, min: set.amount * 60 })[set.unit] ?? set.hold;

function nextSet(number) {
  if (all(number)?.checked) return -1;
  return boxes(number).findIndex((box) => !box.checked);
}

function start(phase, seconds, more, from = Date.now()) {
  state.timer = { ...more, phase, seconds, ends: from + seconds * 1000, left: null };
  say(words[phase] || words.rest);
}

const say = (text) => (said.textContent = text);

function begin(number, set) {
  wakeSound();
  stayAwake();
  const asked = data.exercises[number].sets[set];
  if (isTimed(asked)) start("ready", data.readySeconds, { exercise: number, set, rep: 1 });
  else state.counts[`${number}.${set}`] ??= 0;
  draw();
  intoSight();
  keep();
}

/** Return whether a set or a rest runs: by the clock, or by the counter of the exercise on the screen. */
function isUnderWay() {
  const isCounted = state.step < exercises && `${state.step}.${nextSet(state.step)}` in state.counts;
  return Boolean(state.timer) || isCounted;
}

function setDone(number, set, from = Date.now()) {
  const { sets, rest } = data.exercises[number];
  boxes(number)[set].checked = true;
  const following = nextSet(number);
  state.timer = null;
  if (following < 0) say(words.allSets);
  else if (sets[following].round !== sets[set].round) {
    start("rest", rest ?? data.restSeconds, { exercise: number, set: following }, from);
  } else say(words.setDone);
  keepFields();
}

/** Move on from a phase that has ended at its moment, not at the tick that noticed it. */
function advance() {
  const timer = state.timer;
  const set = data.exercises[timer.exercise].sets[timer.set];
  const more = { exercise: timer.exercise, set: timer.set, rep: timer.rep };
  if (timer.phase === "rest") {
    state.timer = null;
    beep(660, 500, [200]);
    say(words.go);
  } else if (timer.phase === "hold") {
    beep(880, 600, [200, 100, 200]);
    const isLast = set.unit !== "r" || timer.rep >= set.amount;
    if (isLast) setDone(timer.exercise, timer.set, timer.ends);
    else start("ready", data.betweenHolds, { ...more, rep: timer.rep + 1 }, timer.ends);
  } else {
    beep(660, 250, [100]);
    start("hold", holdSeconds(set), more, timer.ends);
  }
}

const secondsLeft = (timer) => (timer.left ?? Math.max(0, timer.ends - Date.now())) / 1000;
let lastSecond = null;

function tick() {
  if (!state.timer || state.timer.left !== null) return;
  let moved = false;
  while (state.timer && state.timer.left === null && Date.now() >= state.timer.ends) {
    advance();
    moved = true;
  }
  if (moved) {
    draw();
    keep();
  } else if (state.timer) {
    const second = Math.ceil(secondsLeft(state.timer));
    if (second !== lastSecond && second <= 3 && state.timer.phase !== "hold") beep(440, 80, [30]);
    lastSecond = second;
    redraw();
  }
}

function pause() {
  const timer = state.timer;
  if (timer.left === null) timer.left = Math.max(0, timer.ends - Date.now());
  else Object.assign(timer, { ends: Date.now() + timer.left, left: null });
  draw();
  keep();
}

function stopTimer() {
  state.timer = null;
  draw();
  keep();
}

// --- Drawing the counter of the exercise on the screen ----------------------------------------------

let clock = null;

function redraw() {
  if (!clock || !state.timer) return;
  const left = secondsLeft(state.timer);
  const whole = Math.ceil(left);
  clock.textContent = whole >= 60 ? `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}` : whole;
  clock.style.setProperty("--share", state.timer.seconds ? 1 - left / state.timer.seconds : 1);
}

function draw() {
  const place = steps[state.step].querySelector("[data-counter]");
  if (!place) return;
  const focused = place.contains(document.activeElement);
  place.hidden = false;
  place.replaceChildren(...counter(state.step));
  redraw();
  if (focused) place.querySelector(".btn-primary, button")?.focus({ preventScroll: true });
}

/** On a small screen the clock and its buttons come above the edge: who holds a plank does not scroll. */
function intoSight() {
  steps[state.step].querySelector("[data-counter]").scrollIntoView({ block: "nearest" });
}

function counter(number) {
  const timer = state.timer;
  if (timer && timer.exercise === number) return timed(number, timer);
  clock = null;
  const set = nextSet(number);
  if (set < 0) return [made("p", { className: "my-all-done", textContent: words.allSets }), sound()];
  const title = made("p", { className: "my-set", textContent: labelOf(number, set) });
  const count = state.counts[`${number}.${set}`];
  if (count === undefined || isTimed(data.exercises[number].sets[set])) {
    return [title, button(words.begin, () => begin(number, set), "btn-primary btn-big"), sound()];
  }
  return [title, ...counting(number, set, count), sound()];
}

const labelOf = (number, set) => boxes(number)[set].closest("label").textContent.trim();

function counting(number, set, count) {
  const asked = data.exercises[number].sets[set];
  const done = button(words.setDone, () => (setDone(number, set), draw()), asked.amount ? "btn-outline-primary" : "btn-primary btn-big");
  if (!asked.amount || asked.unit === "min" || asked.unit === "m") return [done];
  const add = (more) => {
    state.counts[`${number}.${set}`] = Math.max(0, count + more);
    if (count + more >= asked.amount) {
      beep(880, 600, [200, 100, 200]);
      setDone(number, set);
    }
    draw();
    keep();
  };
  const tap = button("", () => add(1), "btn-primary my-tap");
  tap.append(made("span", { className: "my-big", textContent: `${count}` }), made("span", { textContent: `${words.count} (${fill(words.of, { n: count, all: asked.amount })})` }));
  const row = made("div", { className: "my-ways" }, button(words.undo, () => add(-1)), done);
  return [tap, row];
}

function timed(number, timer) {
  clock = made("p", { className: "my-clock", role: "timer" });
  const isRest = timer.phase === "rest";
  const asked = data.exercises[number].sets[timer.set];
  const reps = asked.unit === "r" && !isRest ? ` ${fill(words.of, { n: timer.rep, all: asked.amount })}` : "";
  const title = made("p", { className: "my-phase", textContent: (words[timer.phase] || "") + reps });
  const set = made("p", { className: "my-set", textContent: labelOf(number, timer.set) });
  const row = made("div", { className: "my-ways" });
  row.append(button(timer.left === null ? words.pause : words.goOn, pause, "btn-primary"));
  row.append(isRest ? button(words.skipRest, stopTimer) : button(words.setDone, () => (setDone(number, timer.set), draw())));
  return [set, title, clock, row, sound()];
}

function sound() {
  const node = button(isMuted() ? words.muted : words.loud, () => {
    write(SOUND, isMuted() ? "on" : "off");
    draw();
  }, "btn-link my-sound");
  node.setAttribute("aria-pressed", String(!isMuted()));
  return node;
}

// --- Begin ------------------------------------------------------------------------------------------

function begun() {
  const hasMistakes = Boolean(document.querySelector("[data-mistakes]"));
  if (known && !hasMistakes) {
    fillFields();
    say(words.restored);
  }
  form.elements.began.value = new Date(state.began).toISOString();
  form.before(bar);
  form.append(said);
  form.classList.add("my-guided");
  steps.forEach((section, number) => section.append(ways(number)));
  steps.forEach(fold);
  const wrong = steps.findIndex((section) => section.querySelector(".invalid"));
  show(hasMistakes && wrong >= 0 ? wrong : state.step, { focus: false });
  form.addEventListener("session:show", (event) => show(event.detail, { focus: false }));
  form.addEventListener("input", () => {
    keepFields();
    if (document.activeElement?.name?.match(/^x\d+_(sets|all)$/)) draw();
  });
  // After a reload nothing was tapped yet: the first touch of anything wakes the sound again.
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, wakeSound, { once: true });
  if (isUnderWay()) stayAwake();
  setInterval(tick, 200);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) keepFields();
    else if (isUnderWay()) stayAwake(); // the browser let go of the screen when it hid the page
    tick();
  });
  tick();
}

begun();
