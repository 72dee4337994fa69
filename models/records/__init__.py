"""The tables. Records hold data and no logic."""

from models.records.api_key import ApiKey
from models.records.base import Base
from models.records.checkpoint import Checkpoint
from models.records.cost_chunk import CostChunk
from models.records.dataset import Dataset
from models.records.epoch import Epoch
from models.records.event import Event
from models.records.generation import Generation
from models.records.job import Job
from models.records.member import Member
from models.records.owner import Owner
from models.records.verification import Verification
from models.records.worker import Worker

__all__ = [
    "ApiKey",
    "Base",
    "Checkpoint",
    "CostChunk",
    "Dataset",
    "Epoch",
    "Event",
    "Generation",
    "Job",
    "Member",
    "Owner",
    "Verification",
    "Worker",
]
