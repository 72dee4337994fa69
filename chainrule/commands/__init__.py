"""The ``chainrule`` command: one file per command, or per group of commands that act on one thing."""
