"""Tables: from a CSV file to a matrix, and from its rows to what a network takes and back."""

from models.tabular.ingest import IngestedTable, ingest_csv
from models.tabular.limits import IngestLimits
from models.tabular.preprocessing import Preprocessing
from models.tabular.split import split
from models.tabular.strata import strata
from models.tabular.values import read_preview

__all__ = ["IngestLimits", "IngestedTable", "Preprocessing", "ingest_csv", "read_preview", "split", "strata"]
