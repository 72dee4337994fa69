"""Compile the loops and the products of the mathematics, where a C compiler is at hand.

    python3 scripts/compile_loops.py

puts one library for each dtype beside their sources in worker/backprop/compiled. Without a compiler it says so and
leaves everything as it is: Chainrule then computes with NumPy calls. ``CC`` names another compiler.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "worker" / "backprop" / "compiled"
LIBRARIES = {"float32": ("float", ("cross_entropy.c", "product.c", "loops.c")), "float64": ("double", ("loops.c",))}
"""Of each dtype: what C calls it, and the sources."""

# No contraction: NumPy rounds a product before it adds. No reassociation: -O3 without -ffast-math makes none.
FLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fPIC", "-shared"]
# One version of each loop for AVX-512, one for AVX2 and one for any processor, chosen when the library is loaded.
_VERSIONS = '__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))'
FOR_X86 = [f"-DVERSIONS={_VERSIONS}", "-mprefer-vector-width=512"]
FOR_ANY = ["-DVERSIONS="]
# The loops call no library, so a C library to link with is not needed, but for what chooses the versions.
ALONE = ["-nostdlib", "-lgcc"]


def compile_loops(folder: Path = FOLDER) -> str | None:
    """Make the libraries; what kept them from being made, or None.

    A library is moved into place whole, so a worker that starts meanwhile sees the old one or the new one.
    """
    compiler = find_compiler()
    if compiler is None:
        return "no C compiler was found (cc, gcc or clang; or name one in CC)"
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sorted(folder.glob("*.c")))).hexdigest()
    for dtype, (real, names) in LIBRARIES.items():
        sources = [folder / name for name in names]
        defined = [f"-DREAL={real}", f'-DSOURCE="{digest}"']
        with tempfile.TemporaryDirectory(dir=folder) as directory:
            library = Path(directory) / "library"
            failure = _compile([*compiler, *FLAGS, *defined], sources, library)
            if failure is not None:
                return f"{shlex.join(compiler)} failed: {failure}"
            library.replace(folder / f"loops_{dtype}.so")
    return None


def find_compiler() -> list[str] | None:
    """The command of the C compiler, or None."""
    if named := os.environ.get("CC"):
        return shlex.split(named)
    return next(([path] for name in ("cc", "gcc", "clang") if (path := shutil.which(name))), None)


def _compile(command: list[str], sources: list[Path], library: Path) -> str | None:
    """In the first of the ways that this compiler knows. What it said of the last one, or None."""
    x86 = platform.machine().lower() in {"x86_64", "amd64"}
    said = ""
    for versions, linked in [(FOR_X86, ALONE)] * x86 + [(FOR_ANY, ALONE), (FOR_ANY, [])]:
        files = [*map(str, sources), "-o", str(library)]
        try:
            done = subprocess.run([*command, *versions, *files, *linked], capture_output=True, text=True, check=False)
        except OSError as error:
            return str(error)
        if done.returncode == 0:
            return None
        said = done.stderr.strip() or f"exit code {done.returncode}"
    return said


def main() -> None:
    """Compile, or say why not. Without the loops everything works, so this is no error."""
    if (missing := compile_loops()) is not None:
        print(f"Loops and products stay NumPy calls, which is slower: {missing}.", file=sys.stderr)


if __name__ == "__main__":
    main()
