"use strict";

/* From strokes to the 28 x 28 pixels that the network sees, framed as MNIST is: the ink fits a box
   of 20 x 20, whose centre of mass comes to the middle. The Python side of it is
   networks/data/framing.py; strokes become ink as in networks/data/drawn.py. */

const FRAME = 28;
const BOX = 20;

/** Half the width of the pen and the width of its soft edge, in pixels of the box. */
const PEN = 1.25;
const BLUR = 1.0;

/** Drawings smaller than this share of the drawing area are not blown up to the whole box. */
const LEAST_EXTENT = 0.1;

/**
 * The ink of strokes in a box of 20 x 20.
 *
 * The strokes are scaled, then drawn with a pen of one width: however large somebody writes, the
 * lines are as thick as those that the network has learned from.
 *
 * @param strokes lists of points [x, y], of any unit, y downwards; LEAST_EXTENT is in that unit.
 * @returns Uint8Array of 400 values, row by row.
 */
function inkInBox(strokes) {
  const box = new Uint8Array(BOX * BOX);
  const points = strokes.flat();
  if (points.length === 0) return box;
  const [left, right] = range(points.map(([x]) => x));
  const [top, bottom] = range(points.map(([, y]) => y));
  const extent = Math.max(right - left, bottom - top, LEAST_EXTENT);
  const scale = (BOX - 0.5 - 2 * PEN) / extent; // pixels per unit
  const place = ([x, y]) => [
    (x - (left + right) / 2) * scale + BOX / 2,
    (y - (top + bottom) / 2) * scale + BOX / 2,
  ];
  const nearest = new Float64Array(BOX * BOX).fill(Infinity); // squared distances
  for (const stroke of strokes) {
    const path = stroke.map(place);
    path.forEach((point, i) => markNear(nearest, path[Math.max(i - 1, 0)], point));
  }
  for (let i = 0; i < box.length; i++) {
    const ink = 0.5 + (PEN - Math.sqrt(nearest[i])) / BLUR;
    box[i] = Math.floor(255 * Math.min(Math.max(ink, 0), 1));
  }
  return box;
}

/** Lowers the squared distances of the pixels' centres to what they are from one line segment. */
function markNear(nearest, [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const reach = PEN + BLUR;
  const firstRow = Math.max(Math.floor(Math.min(ay, by) - reach), 0);
  const lastRow = Math.min(Math.ceil(Math.max(ay, by) + reach), BOX - 1);
  const firstColumn = Math.max(Math.floor(Math.min(ax, bx) - reach), 0);
  const lastColumn = Math.min(Math.ceil(Math.max(ax, bx) + reach), BOX - 1);
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const [px, py] = [column + 0.5 - ax, row + 0.5 - ay];
      const along = length === 0 ? 0 : Math.min(Math.max((px * dx + py * dy) / length, 0), 1);
      const squared = (px - along * dx) ** 2 + (py - along * dy) ** 2;
      const i = row * BOX + column;
      if (squared < nearest[i]) nearest[i] = squared;
    }
  }
}

/** `place_by_mass` of networks/data/framing.py: whole pixels, never past the edge. */
function placeByMass(box) {
  let [mass, rows, columns] = [0, 0, 0];
  box.forEach((ink, i) => {
    mass += ink;
    rows += ink * (Math.floor(i / BOX) + 0.5);
    columns += ink * ((i % BOX) + 0.5);
  });
  mass = Math.max(mass, 1);
  const room = FRAME - BOX;
  const top = Math.min(Math.max(roundHalfToEven(FRAME / 2 - rows / mass), 0), room);
  const left = Math.min(Math.max(roundHalfToEven(FRAME / 2 - columns / mass), 0), room);
  const image = new Uint8Array(FRAME * FRAME);
  for (let row = 0; row < BOX; row++) {
    image.set(box.subarray(row * BOX, (row + 1) * BOX), (top + row) * FRAME + left);
  }
  return image;
}

/** As NumPy rounds. */
function roundHalfToEven(number) {
  const down = Math.floor(number);
  if (number - down !== 0.5) return Math.round(number);
  return down % 2 === 0 ? down : down + 1;
}

/** The least and the greatest of some numbers. */
function range(numbers) {
  return numbers.reduce(([low, high], n) => [Math.min(low, n), Math.max(high, n)], [
    Infinity,
    -Infinity,
  ]);
}
