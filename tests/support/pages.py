"""What tests ask of any page: readable, and no wider than the screen."""

import time
from typing import Any

PATIENCE = 5.0


def wait_until(page: Any, condition: str, value: Any = None) -> None:
    """Waits for a JavaScript expression, or a function of `value`, to become true.

    Playwright's own `wait_for_function` does not work where a page forbids `eval`, as ours do.
    """
    end = time.monotonic() + PATIENCE
    while not page.evaluate(condition, value):
        assert time.monotonic() < end, f"not within {PATIENCE} s: {condition}"
        page.wait_for_timeout(10)


CONTRASTS = """() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const over = (top, [r, g, b]) => {
    const [R, G, B, alpha = 1] = numbers(top);
    return [R, G, B].map((value, i) => value * alpha + [r, g, b][i] * (1 - alpha));
  };
  const luminance = (color) => {
    const [r, g, b] = color.map((value) => value / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element) => {
    const below = element.parentElement ? background(element.parentElement) : [255, 255, 255];
    return over(getComputedStyle(element).backgroundColor, below);
  };
  const texts = [...document.body.querySelectorAll("*")].filter((element) =>
    !["SCRIPT", "STYLE"].includes(element.tagName) && element.checkVisibility()
    && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  return texts.map((element) => {
    const paper = background(element);
    const [a, b] = [luminance(over(getComputedStyle(element).color, paper)), luminance(paper)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return { text: element.textContent.trim().slice(0, 40), ratio };
  });
}"""
"""The contrast of each text with what it stands on (WCAG 2.2, relative luminance), 1 to 21."""

OVERFLOWING = """() => [...document.body.querySelectorAll("*")]
  .filter((element) => element.checkVisibility() && !element.closest(".unseen"))
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
  .map((element) => element.outerHTML.slice(0, 80))"""
"""What reaches beyond the right edge of the screen."""

SMALL_TARGETS = """() => [...document.querySelectorAll("button, a, input, [tabindex]")]
  .filter((element) => element.checkVisibility())
  .map((element) => [element.textContent.trim(), element.getBoundingClientRect()])
  .filter(([, area]) => area.width < 24 || area.height < 24)
  .map(([name]) => name)"""
"""What is too small for a finger (WCAG 2.2, 2.5.8)."""
