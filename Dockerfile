# One image for the API, the workers and the migrations; docker-compose.yml says which one a container is.

FROM python:3.13-slim-bookworm AS build
WORKDIR /src
# For the element-wise loops; the compiler stays behind with this stage.
RUN apt-get update && apt-get install --yes --no-install-recommends gcc && rm -rf /var/lib/apt/lists/*
# Dependencies first: they change seldom, and this layer is the large one.
COPY requirements/server.lock requirements/build.lock requirements/
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.lock \
 && python -m venv /opt/chainrule \
 && /opt/chainrule/bin/pip install --no-cache-dir --require-hashes -r requirements/server.lock
COPY pyproject.toml hatch_build.py README.md LICENSE NOTICE ./
COPY scripts/compile_loops.py scripts/
COPY chainrule chainrule
COPY service service
COPY worker worker
COPY models models
COPY migrations migrations
RUN /opt/build/bin/pip wheel --no-deps --no-index --no-build-isolation --wheel-dir /wheels . \
 && /opt/chainrule/bin/pip install --no-deps --no-index /wheels/*.whl \
 && /opt/chainrule/bin/pip uninstall --yes pip

FROM python:3.13-slim-bookworm
# A fixed number, so that volumes and the tmpfs of docker-compose.yml can be given to this user.
RUN groupadd --gid 10001 chainrule \
 && useradd --uid 10001 --gid chainrule --home-dir /var/lib/chainrule --no-create-home --shell /usr/sbin/nologin chainrule \
 && install --directory --owner chainrule --group chainrule --mode 0700 /var/lib/chainrule /run/chainrule /run/chainrule/shared-memory
COPY --from=build /opt/chainrule /opt/chainrule
ENV PATH=/opt/chainrule/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1
USER chainrule
WORKDIR /var/lib/chainrule
EXPOSE 8090
CMD ["python", "-m", "gunicorn", "--config", "python:service.gunicorn_config", "--bind", "0.0.0.0:8090", "service.app:from_environment()"]
