"""The app factory: the one place where the service's parts are put together."""

from __future__ import annotations

import os

from flask import Flask
from threadpoolctl import threadpool_limits

from models.artifacts import open_store
from models.database import open_database
from models.logs import configure_logs
from models.settings import Settings
from service import (
    dashboard,
    datasets,
    health,
    history,
    jobs,
    keys,
    login,
    openapi,
    predictions,
    verifications,
    workers,
)
from service.authentication import register_authentication
from service.context import EXTENSION, ServiceContext
from service.errors import register_error_handlers
from service.hints import HintPublisher
from service.security_headers import register_headers
from service.texts import register_text_check

API = "/api/v1"


def create_app(settings: Settings) -> Flask:
    """The service on what the settings name.

    It computes with one BLAS thread, as the workers do: a product that is split over threads has other bits, and the
    workers on its machine have a use for the others.
    """
    threadpool_limits(1, user_api="blas")
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_bytes
    app.json.sort_keys = False  # type: ignore[attr-defined]  # answers keep the order of the documentation
    app.extensions[EXTENSION] = ServiceContext(
        settings=settings,
        database=open_database(settings.database_url),
        store=open_store(settings.artifact_url),
        hints=HintPublisher(settings.redis_url),
    )
    register_headers(app)
    register_error_handlers(app)
    register_authentication(app)
    register_text_check(app)
    for part in (datasets, jobs, history, predictions, verifications, workers, keys):
        app.register_blueprint(part.blueprint, url_prefix=API)
    for part in (health, login, openapi, dashboard):
        app.register_blueprint(part.blueprint)
    return app


def from_environment() -> Flask:
    """The service as gunicorn runs it."""
    configure_logs()
    return create_app(Settings.from_mapping(os.environ))
