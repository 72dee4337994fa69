"""The embedded stack: API, broker and workers on one machine, started and ended together by ``chainrule up``."""
