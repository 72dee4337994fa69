"""The pages. Each is a frame; its content comes from the API, asked by the page itself."""

from __future__ import annotations

from flask import Blueprint, render_template

blueprint = Blueprint("dashboard", __name__, template_folder="templates", static_folder="static")


@blueprint.get("/")
def jobs() -> str:
    """All jobs."""
    return render_template("jobs.html")


@blueprint.get("/jobs/<job_id>")
def job(job_id: str) -> str:
    """One job, live."""
    return render_template("job.html", job_id=job_id)


@blueprint.get("/jobs/<job_id>/backprop")
def backprop(job_id: str) -> str:
    """Rows on their way through the network of one job."""
    return render_template("backprop.html", job_id=job_id)


@blueprint.get("/datasets")
def datasets() -> str:
    """All datasets, and a form to upload one."""
    return render_template("datasets.html")


@blueprint.get("/workers")
def workers() -> str:
    """All workers."""
    return render_template("workers.html")
