"""Clicks of who clicks more than once."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator

Click = Callable[[Locator], None]


def once(button: Locator) -> None:
    button.click()


def twice(button: Locator) -> None:
    button.dblclick()


def three_times(button: Locator) -> None:
    button.click(click_count=3)


def impatiently(button: Locator) -> None:
    """Three clicks, each from a hand or key of its own, faster than what comes of them can be seen."""
    again(button, 120)


def insistently(button: Locator) -> None:
    """Clicks once more, and once more, where nothing is seen to come of it."""
    again(button, 800)


def again(button: Locator, wait: int) -> None:
    button.evaluate(
        """async (button, wait) => {
            for (let n = 0; n < 3 && button.isConnected; n++) {
                button.click();
                await new Promise(go => setTimeout(go, wait));
            }
        }""",
        wait,
    )
