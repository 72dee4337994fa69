"""What is compiled, where a C compiler was: the element-wise loops of ``loops.c``, the products of ``product.c``, the
cross entropy of ``cross_entropy.c``.

NumPy makes a call and a pass for every operation, and takes roots four at a time. Adam on 32,768 elements in the cache
takes 24 µs in ten calls and 5.5 in one loop, on 1,200 elements 3.3 and 0.5. The loops make the same operations in the
same order, so the bits are the same, and a member with loops and one without may serve one job (ADR 17).

Every loop has its form in NumPy calls beside the call of ``bind_loop``: its specification, and what is used where no C
compiler was at hand when Chainrule was installed.

The products have bits of their own, no BLAS's, and so has the cross entropy, with exponentials that are not NumPy's:
whether they are used belongs to the fingerprint (ADR 19). Calls that follow each other become one (ADR 20).
"""

from __future__ import annotations

from worker.backprop.compiled.loops import (
    Loop,
    Numbers,
    bind_chain,
    bind_loop,
    has_loops,
    loops_in_use,
    numpy_calls_only,
)
from worker.backprop.compiled.product import STRIP, Ending, bind_cross_entropy, bind_product, computes_products
from worker.backprop.compiled.sequence import in_sequence

__all__ = [
    "STRIP",
    "Ending",
    "Loop",
    "Numbers",
    "bind_chain",
    "bind_cross_entropy",
    "bind_loop",
    "bind_product",
    "computes_products",
    "has_loops",
    "in_sequence",
    "loops_in_use",
    "numpy_calls_only",
]
