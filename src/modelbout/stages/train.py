"""The stage that makes a challenger, or finds the one that was made of the very same things."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING
