"use strict";

/* Puts the page together: a drawing changes, the network answers, everything is painted. */

const DATA = JSON.parse(document.getElementById("data").textContent);
const NETWORK = new Network(DATA.layers);
const DARK = window.matchMedia("(prefers-color-scheme: dark)");
const SAY_AFTER_MS = 500; // a screen reader should not speak of every point of a stroke
const UNIT_SIZE = 12; // of a unit's square, in pixels
const MATTERED_AFTER_MS = 60; // the slowest picture must not hold up the drawing

const element = (id) => document.getElementById(id);
const pad = new Pad(element("pad"), changed);
const bars = DATA.classes.map(addBar);
const units = NETWORK.layers.slice(0, -1).map(addLayer);

let frame = null; // the next update, if one is waiting
let mattered = null; // the next picture of the pixels that mattered, likewise
let speech = null; // what will be said, likewise
let reading = null; // the latest {image, x, logits, ranking, empty}

function addBar(name) {
  const row = element("bars").insertRow();
  row.innerHTML = `<th scope="row">${name}</th>`
    + '<td><div class="track"><div class="bar"></div></div></td><td></td>';
  return { row, bar: row.querySelector(".bar"), text: row.lastElementChild };
}

function addLayer({ outputs }, i) {
  const figure = element("layers").appendChild(document.createElement("figure"));
  figure.style.width = `${UNIT_SIZE * columnsFor(outputs)}px`; // or less, on a narrow screen
  const canvas = figure.appendChild(document.createElement("canvas"));
  canvas.className = "pixels";
  canvas.setAttribute("role", "img");
  const caption = figure.appendChild(document.createElement("figcaption"));
  return { canvas, caption, name: `Hidden layer ${i + 1}` };
}

/** The drawing has changed: the answer follows with the next picture of the screen. */
function changed() {
  frame ??= requestAnimationFrame(update);
}

function update() {
  frame = null;
  const image = placeByMass(inkInBox(pad.strokes));
  const x = Float32Array.from(image, (value) => value / 255);
  const passes = NETWORK.forward(x);
  const logits = passes.as[passes.as.length - 1];
  const empty = pad.strokes.length === 0;
  const shares = empty ? DATA.classes.map(() => 0) : softmax(logits);
  const ranking = shares.map((_, i) => i).sort((a, b) => shares[b] - shares[a]);
  reading = { image, x, logits, ranking, empty };

  showAnswer(shares, ranking, empty);
  paintImage(element("sees"), image);
  mattered ??= setTimeout(showAttribution, MATTERED_AFTER_MS);
  units.forEach((unit, i) => showUnits(unit, passes.as[i + 1], empty));
  for (const [id, possible] of [["undo", pad.canUndo], ["clear", !empty]]) {
    element(id).setAttribute("aria-disabled", String(!possible));
  }
}

function showAnswer(shares, [first, second], empty) {
  element("hint").hidden = !empty;
  element("answer").textContent = empty ? "–" : DATA.classes[first];
  element("sure").textContent = empty ? "–" : percent(shares[first]);
  bars.forEach(({ row, bar, text }, i) => {
    bar.style.transform = `scaleX(${shares[i]})`;
    text.textContent = percent(shares[i]);
    row.classList.toggle("first", !empty && i === first);
  });
  if (empty) {
    say("Nothing is drawn");
    return;
  }
  const others = shares[second] >= 0.005
    ? `, next ${DATA.classes[second]}, ${percent(shares[second])}` : "";
  say(`${DATA.classes[first]}, ${percent(shares[first])}${others}`);
}

function showAttribution() {
  mattered = null;
  const { image, x, ranking: [first, second], empty } = reading;
  const attribution = empty ? x : NETWORK.attribution(x, first, second);
  paintAttribution(element("mattered"), image, attribution);
  const [winner, rival] = [DATA.classes[first], DATA.classes[second]];
  const key = element("mattered-key");
  key.textContent = "Which pixels decide between the two likeliest digits.";
  if (!empty) {
    key.innerHTML = `Why ${winner} and not ${rival}: `
      + `<span class="key"><span class="for"></span>for ${winner},</span> `
      + `<span class="key"><span class="against"></span>for ${rival}.</span>`;
  }
}

function showUnits({ canvas, caption, name }, values, empty) {
  paintUnits(canvas, empty ? values.map(() => 0) : values);
  const active = empty ? 0 : values.filter((value) => value > 0).length;
  caption.textContent = `${name}: ${active} of ${values.length} units above 0`;
  canvas.setAttribute("aria-label", caption.textContent);
}

/** Has a screen reader say the latest of what there is to say, once the drawing rests. */
function say(text) {
  clearTimeout(speech);
  speech = setTimeout(() => {
    element("status").textContent = (pad.penDown ? "Pen down. " : "") + text;
  }, SAY_AFTER_MS);
}

/** Has an example of a digit write itself; another one each time. */
function addExample(digit) {
  const ways = DATA.examples[digit];
  let next = 0;
  const button = element("examples").appendChild(document.createElement("button"));
  button.type = "button";
  button.textContent = digit;
  button.setAttribute("aria-label", `Write a ${digit}`);
  button.addEventListener("click", () => pad.write(ways[next++ % ways.length]));
}

Object.keys(DATA.examples).forEach(addExample);
element("undo").addEventListener("click", () => pad.undo());
element("clear").addEventListener("click", () => pad.clear());
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z") {
    event.preventDefault();
    pad.undo();
  }
});
DARK.addEventListener("change", () => { pad.paint(); update(); });
new ResizeObserver(() => pad.paint()).observe(element("pad"));
element("architecture").textContent = [NETWORK.layers[0].inputs,
  ...NETWORK.layers.map(({ outputs }) => outputs)].join(" – ");
update();
