"""Wait for GitHub, but not for long: one purse of seconds for everything that a session waits for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Ours. GitHub's secondary limits ask for a minute at most times, and a job that waits costs its owner money.
PATIENCE = 60.0
# Ours: a reading is tried again after these seconds; a gateway that is down for longer is down.
BACKOFFS = (0.5, 1.0, 2.0, 4.0)
# docs.github.com, "Best practices for using the REST API": "if you are making a large number of POST, PATCH, PUT, or
# DELETE requests, wait at least one second between each request". A promotion or a report makes about ten, which is
# no large number, and ten idle seconds in each job would be; from this many on, we pause as asked.
WRITES_WITHOUT_PAUSE = 20
WRITE_PAUSE = 1.0


class Patience:
    """Seconds that may be spent on waiting, and the clock that spends them.

    Attributes:
        left: seconds that may still be waited.
    """

    def __init__(self, sleep: Callable[[float], object] = time.sleep, *, seconds: float = PATIENCE) -> None:
        self._sleep = sleep
        self._writes = 0
        self.left = seconds

    def wait(self, seconds: float) -> bool:
        """Wait and return True; or return False at once when that would be longer than what is left."""
        if seconds > self.left:
            return False
        self.left -= seconds
        self._sleep(seconds)
        return True

    def before_write(self) -> None:
        """Pause before a write when there were many; this is politeness, and costs no patience."""
        self._writes += 1
        if self._writes > WRITES_WITHOUT_PAUSE:
            self._sleep(WRITE_PAUSE)
