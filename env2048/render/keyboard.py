"""Names of pressed keys, so that applications need not know pygame."""

from env2048.render.backend import pygame

_MODIFIERS = frozenset(
    {pygame.K_LSHIFT, pygame.K_RSHIFT, pygame.K_LCTRL, pygame.K_RCTRL, pygame.K_LALT}
    | {pygame.K_RALT, pygame.K_LGUI, pygame.K_RGUI, pygame.K_MODE, pygame.K_CAPSLOCK}
    | {pygame.K_NUMLOCK, pygame.K_SCROLLLOCK}
)


def key_name(event: pygame.event.Event) -> str:
    """The name of a pressed key, as `Window.keys` returns it; "" for Shift, Ctrl and the like."""
    if event.key in _MODIFIERS:
        return ""
    if event.key == pygame.K_EQUALS and getattr(event, "mod", 0) & pygame.KMOD_SHIFT:
        return "+"  # pygame says that "=" was typed
    typed = getattr(event, "unicode", "")
    if typed.isprintable() and typed.strip():
        return str(typed.lower())
    return pygame.key.name(event.key)
