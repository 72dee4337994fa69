"""Tables: from a CSV file to a matrix, and from its rows to what a network takes and back."""

from models.tabular.preprocessing import Preprocessing
from models.tabular.split import split

__all__ = ["Preprocessing", "split"]
