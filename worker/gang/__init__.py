"""The gang on one host: shared memory, barriers, the canonical tree, and the exchange of gradients."""
