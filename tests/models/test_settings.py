"""Settings: read once, all faults told together."""

from pathlib import Path

import pytest

from models.errors import SettingsInvalid
from models.settings import Settings

ENOUGH = {"DATABASE_URL": "sqlite:///a.db", "REDIS_URL": "redis://localhost", "ARTIFACT_URL": "file:///tmp/a"}


def test_three_urls_are_enough():
    settings = Settings.from_mapping(ENOUGH)
    assert settings.database_url == "sqlite:///a.db"
    assert settings.lease_ttl_s == 10.0
    assert settings.data_dir.is_absolute()


def test_the_rest_comes_from_prefixed_variables():
    settings = Settings.from_mapping({**ENOUGH, "CHAINRULE_LEASE_TTL_S": "3.5", "CHAINRULE_DATA_DIR": "/var/c"})
    assert settings.lease_ttl_s == 3.5
    assert settings.data_dir == Path("/var/c")


def test_every_fault_is_named():
    with pytest.raises(SettingsInvalid) as caught:
        Settings.from_mapping({"REDIS_URL": "redis://x", "CHAINRULE_LEASE_TTL_S": "soon", "CHAINRULE_FORMING_S": "-1"})
    told = "\n".join(caught.value.faults)
    for variable in ("DATABASE_URL", "ARTIFACT_URL", "CHAINRULE_LEASE_TTL_S", "CHAINRULE_FORMING_S"):
        assert variable in told
    assert len(caught.value.faults) == 4
