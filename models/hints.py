"""The names by which the service starts work it never imports."""

from typing import Final

QUEUE: Final = "chainrule"
"""The only queue. A hint in it means: there may be work."""

SERVE_TASK: Final = "chainrule.serve"
"""The only task. It takes no arguments: what to do is asked of the database."""
