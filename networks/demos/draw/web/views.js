"use strict";

/* How numbers become pictures. Colours are CSS variables of three numbers each, see style.css. */

/** A colour of the theme in force, [red, green, blue]. */
function themeColor(name) {
  const style = getComputedStyle(document.documentElement);
  return style.getPropertyValue(`--${name}`).trim().split(/\s+/).map(Number);
}

/** From one colour to another. */
function mix(from, to, share) {
  return from.map((value, i) => value + (to[i] - value) * share);
}

/** Paints a picture of one pixel per colour; CSS makes the pixels larger. */
function paintPixels(canvas, columns, colors) {
  const rows = Math.ceil(colors.length / columns);
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(columns, rows);
  colors.forEach((color, i) => picture.data.set([...color, 255], 4 * i));
  context.putImageData(picture, 0, 0);
}

/** What the network sees, white on black. */
function paintImage(canvas, image) {
  const [ground, light] = [themeColor("ground"), themeColor("light")];
  paintPixels(canvas, FRAME, Array.from(image, (value) => mix(ground, light, value / 255)));
}

/** Which pixels spoke for (orange) and against (blue), over a faint picture of the drawing. */
function paintAttribution(canvas, image, attribution) {
  const [ground, light] = [themeColor("ground"), themeColor("light")];
  const [pro, contra] = [themeColor("for"), themeColor("against")];
  const largest = Math.max(...attribution.map(Math.abs), 1e-9);
  paintPixels(canvas, FRAME, Array.from(image, (value, i) => {
    const share = Math.sqrt(Math.abs(attribution[i]) / largest); // weak ones shall be seen, too
    return mix(mix(ground, light, (0.2 * value) / 255), attribution[i] < 0 ? contra : pro, share);
  }));
}

/** The units of a layer: dark at 0, orange the more positive, blue the more negative. */
function paintUnits(canvas, values) {
  const [ground, pro, contra] = ["ground", "for", "against"].map(themeColor);
  const largest = Math.max(...values.map(Math.abs), 1e-9);
  const color = (value) => mix(ground, value < 0 ? contra : pro, Math.abs(value) / largest);
  paintPixels(canvas, columnsFor(values.length), Array.from(values, color));
}

/** In how many columns so many units are shown: rows of equal length if there is a way. */
function columnsFor(count) {
  const most = Math.min(Math.ceil(Math.sqrt(8 * count)), count);
  for (let columns = most; columns > most / 2; columns--) {
    if (count % columns === 0) return columns;
  }
  return most;
}

/** A probability in words: "97%". */
function percent(share) {
  return share > 0.995 ? ">99%" : `${Math.round(100 * share)}%`;
}
