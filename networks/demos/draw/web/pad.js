"use strict";

/* The drawing area: strokes by mouse, pen, finger or arrow keys; undo and clear. Places are shares
   of its side, so a drawing stays what it is when the page changes its size. */

const LINE_WIDTH = 0.055;
const KEY_STEP = 0.05;
const FINE_STEP = 0.01;
const WRITING_MS = 450; // how long a digit takes to be written
const REDUCED_MOTION = window.matchMedia("(prefers-reduced-motion: reduce)");
const ARROWS = { ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowDown: [0, 1], ArrowLeft: [-1, 0] };

class Pad {
  /**
   * @param canvas what is drawn on.
   * @param onChange is called after each change of the strokes or of the pen.
   */
  constructor(canvas, onChange) {
    this.canvas = canvas;
    this.onChange = onChange;
    this.strokes = []; // lists of points [x, y]
    this.earlier = []; // what `strokes` was before each change
    this.pointer = null; // the id of the pointer that is drawing
    this.cursor = [0.5, 0.2]; // the pen of the arrow keys
    this.penDown = false;
    this.writing = null; // the next step of strokes that write themselves
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#end(event));
    canvas.addEventListener("pointercancel", (event) => this.#cancel(event));
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("focus", () => this.paint());
    canvas.addEventListener("blur", () => this.#rest());
  }

  get canUndo() {
    return this.earlier.length > 0;
  }

  /** Takes the last stroke back, or the clearing. */
  undo() {
    this.#rest();
    if (!this.canUndo) return;
    this.strokes = this.earlier.pop();
    this.#changed();
  }

  clear() {
    this.#rest();
    if (this.strokes.length === 0) return;
    this.#remember();
    this.strokes = [];
    this.#changed();
  }

  /** Replaces the drawing by strokes that write themselves, as one change. */
  write(strokes) {
    this.#rest();
    this.#remember();
    const start = performance.now();
    const step = (now) => {
      const share = REDUCED_MOTION.matches ? 1 : inside((now - start) / WRITING_MS);
      this.strokes = beginning(strokes, share);
      this.writing = share < 1 ? requestAnimationFrame(step) : null;
      this.#changed();
    };
    step(start);
  }

  /** Nothing is written any more, and every pen is up: a stroke that was begun has ended. */
  #rest() {
    cancelAnimationFrame(this.writing);
    this.writing = null;
    this.pointer = null;
    this.penDown = false;
    this.#changed();
  }

  #remember() {
    this.earlier.push(this.strokes);
  }

  #changed() {
    this.paint();
    this.onChange();
  }

  #startStroke(point) {
    this.#remember();
    this.strokes = [...this.strokes, [point]];
    this.#changed();
  }

  #extend(points) {
    this.strokes[this.strokes.length - 1].push(...points);
    this.#changed();
  }

  #place(event) {
    const area = this.canvas.getBoundingClientRect();
    const x = (event.clientX - area.left) / area.width;
    const y = (event.clientY - area.top) / area.height;
    return [inside(x), inside(y)];
  }

  #begin(event) {
    if (this.pointer !== null || event.button !== 0) return;
    this.#rest();
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.#startStroke(this.#place(event));
  }

  #move(event) {
    if (event.pointerId !== this.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    this.#extend((events.length ? events : [event]).map((each) => this.#place(each)));
  }

  #end(event) {
    if (event.pointerId === this.pointer) this.pointer = null;
  }

  #cancel(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.undo();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) {
      const step = event.shiftKey ? FINE_STEP : KEY_STEP;
      const [dx, dy] = ARROWS[event.key];
      this.cursor = [inside(this.cursor[0] + step * dx), inside(this.cursor[1] + step * dy)];
      if (this.penDown) this.#extend([this.cursor]);
      else this.paint();
    } else if (event.key === " ") {
      const wasDown = this.penDown;
      this.#rest();
      if (!wasDown) {
        this.penDown = true;
        this.#startStroke(this.cursor);
      }
    } else if (event.key === "Backspace") {
      this.undo();
    } else if (event.key === "Delete" || event.key === "Escape") {
      this.clear();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Draws everything again, in as many pixels as the screen has. */
  paint() {
    const { canvas } = this;
    const side = Math.round(canvas.clientWidth * window.devicePixelRatio);
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, side, side);
    context.lineWidth = LINE_WIDTH * side;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = `rgb(${themeColor("ink")})`;
    for (const stroke of this.strokes) {
      context.beginPath();
      for (const [x, y] of [stroke[0], ...stroke]) context.lineTo(x * side, y * side);
      context.stroke();
    }
    if (canvas.matches(":focus-visible")) this.#paintCursor(context, side);
  }

  #paintCursor(context, side) {
    context.lineWidth = Math.max(side / 140, 2);
    context.strokeStyle = context.fillStyle = `rgb(${themeColor("accent")})`;
    context.beginPath();
    context.arc(this.cursor[0] * side, this.cursor[1] * side, side / 28, 0, 2 * Math.PI);
    if (this.penDown) context.fill();
    context.stroke();
  }
}

/** A number brought into 0 to 1. */
function inside(number) {
  return Math.min(Math.max(number, 0), 1);
}

/** The first share, 0 to 1, of the points of some strokes. */
function beginning(strokes, share) {
  let count = Math.ceil(share * strokes.flat().length);
  const begun = [];
  for (const stroke of strokes) {
    if (count > 0) begun.push(stroke.slice(0, count));
    count -= stroke.length;
  }
  return begun;
}
