"""``chainrule demo``: the whole service, once round, on handwritten digits."""
