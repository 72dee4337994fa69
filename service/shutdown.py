"""The end of this process, as its open streams learn of it."""

import threading

shutting_down = threading.Event()
"""Set when the server is told to end. Streams look at it, or they would hold the process for the grace period."""
