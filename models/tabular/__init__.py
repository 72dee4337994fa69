"""Tables: from a CSV file to a matrix, and from its rows to what a network takes and back."""

from models.tabular.csv_rows import IngestLimits
from models.tabular.ingest import IngestedTable, ingest_csv, read_preview
from models.tabular.preprocessing import Preprocessing
from models.tabular.split import split

__all__ = ["IngestLimits", "IngestedTable", "Preprocessing", "ingest_csv", "read_preview", "split"]
