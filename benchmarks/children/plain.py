"""Tell when a bare interpreter reaches its first line."""

import time

print(time.monotonic())
