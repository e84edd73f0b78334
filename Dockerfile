# One image for every process of ours: the pages (its default), `vigie migrate`, `vigie worker`, `vigie scheduler`.
# docker-compose.yml says how they belong together, docs/operations.md how one runs them.
# Python is the version that requirements.lock was made with.
ARG PYTHON=3.11.14-slim-bookworm

FROM python:${PYTHON} AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/vigie
ENV PATH=/opt/vigie/bin:${PATH}

# What we stand on: exactly the files that the lock names by their hashes, less what only tests or one machine need.
COPY pyproject.toml requirements.lock deploy/image_requirements.py ./
RUN python image_requirements.py > image.lock \
    && python -m pip install --require-hashes --only-binary=:all: -r image.lock

COPY README.md LICENSE ./
COPY network network
COPY anonymization anonymization
COPY alerts alerts
COPY simulation simulation
RUN python -m pip install --no-deps --no-build-isolation . \
    && python -m pip uninstall --yes pip setuptools

FROM python:${PYTHON}
RUN useradd --system --uid 10001 --no-create-home --home-dir /var/lib/vigie --shell /usr/sbin/nologin vigie \
    && install --directory --owner=vigie --group=vigie --mode=0700 /var/lib/vigie
COPY --from=builder /opt/vigie /opt/vigie
ENV PATH=/opt/vigie/bin:${PATH} \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VIGIE_HOME=/var/lib/vigie
WORKDIR /var/lib/vigie
USER 10001:10001
EXPOSE 8400
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s --retries=3 CMD ["vigie", "health", "web"]
CMD ["gunicorn", "--config=python:network.web.server", "--bind=0.0.0.0:8400", "network.wsgi"]
