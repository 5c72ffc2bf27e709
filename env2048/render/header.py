"""The header of a picture: the title, the score and the best score."""

from env2048.render import theme
from env2048.render.backend import pygame
from env2048.render.drawing import box_picture, canvas, fitting_size, text_picture, write
from env2048.render.layout import Layout

_TITLE = "2048"


class Header:
    """Writes the header, the scores only when they have changed.

    Args:
        layout: where things are.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._boxes: dict[str, pygame.Surface] = {}
        self._digits: dict[int, list[pygame.Surface]] = {}
        self._written: tuple[int, int | None] | None = None

    def forget(self) -> None:
        """To be called when the canvas has been wiped: no score is on it."""
        self._written = None

    def write_title(self, surface: pygame.Surface) -> None:
        """Writes the title at the left."""
        box = self._layout.title
        at = (box.left, box.center[1])
        write(surface, _TITLE, self._layout.px(84), theme.DARK_TEXT, at, align=0)

    def write_scores(self, surface: pygame.Surface, score: int, best: int | None) -> None:
        """Draws the box of the score and, if there is a best score, its box to the right.

        Args:
            surface: the canvas, always the same one.
            score: the score.
            best: the best score, or None.
        """
        if self._written == (score, best):
            return
        if best is None:
            left, top, width, height = self._layout.score_box(1)
            surface.fill(theme.PAGE, (left, top, width, height))
            self._write_score(surface, 0, "SCORE", score)
        else:
            self._write_score(surface, 1, "SCORE", score)
            self._write_score(surface, 0, "BEST", best)
        self._written = (score, best)

    def _write_score(self, surface: pygame.Surface, index: int, label: str, number: int) -> None:
        """Draws one box; digits of one width keep a growing number from trembling."""
        box = self._layout.score_box(index)
        surface.blit(self._labelled_box(label), (box.left, box.top))
        text = str(int(number))
        size = fitting_size("0" * len(text), self._layout.px(36), 0.84 * box.width)
        digits = self._digit_pictures(size)
        width, height = digits[0].get_size()
        x = round(box.center[0] - len(text) * width / 2)
        y = round(box.top + 0.66 * box.height - height / 2)
        surface.blits([(digits[int(d)], (x + i * width, y)) for i, d in enumerate(text)])

    def _labelled_box(self, label: str) -> pygame.Surface:
        """The box without its number, opaque."""
        if label not in self._boxes:
            _, _, width, height = self._layout.score_box(0)
            picture, _ = canvas(width, height)
            picture.fill(theme.PAGE)
            picture.blit(box_picture(width, height, self._layout.px(4), theme.BOARD), (0, 0))
            at = (width / 2, 0.27 * height)
            write(picture, label, self._layout.px(19), theme.SCORE_LABEL, at)
            self._boxes[label] = picture
        return self._boxes[label]

    def _digit_pictures(self, size: int) -> list[pygame.Surface]:
        """The digits 0 to 9 at a font size, opaque, all of one width and height."""
        if size not in self._digits:
            texts = [text_picture(str(digit), size, theme.SCORE_TEXT) for digit in range(10)]
            height = round(0.8 * size)
            self._digits[size] = [self._crop(text, height) for text in texts]
        return self._digits[size]

    @staticmethod
    def _crop(text: pygame.Surface, height: int) -> pygame.Surface:
        picture, _ = canvas(text.get_width(), height)
        picture.fill(theme.BOARD)
        picture.blit(text, (0, (height - text.get_height()) // 2))
        return picture
