# docker build -t pebble .
# docker run --read-only --tmpfs /tmp -v pebble:/data -e PEBBLE_TELEGRAM_TOKEN=... pebble

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/pebble
WORKDIR /src
# The pinned libraries change seldom: their layer is kept while the code moves on.
COPY requirements.txt ./
RUN /opt/pebble/bin/pip install --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY bot bot
COPY migrations migrations
RUN /opt/pebble/bin/pip install --no-deps --no-build-isolation . \
    && /opt/pebble/bin/pip uninstall --yes hatchling pip

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin pebble \
    && install --directory --owner=pebble --group=pebble --mode=0700 /data
COPY --from=build /opt/pebble /opt/pebble
ENV PATH=/opt/pebble/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PEBBLE_WEB_HOST=0.0.0.0
# The folder data/ of the settings is the volume; nothing is written beside it but to /tmp, so the root can be read-only.
# PEBBLE_DATABASE is not set here, for then it would count and PEBBLE_DATABASE_FILE would not.
WORKDIR /
USER pebble
VOLUME /data
EXPOSE 8000
# Past the proxies that a host may have set for the way out.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-c", \
    "import os, urllib.request as r; port = os.environ.get('PEBBLE_WEB_PORT', '8000'); r.build_opener(r.ProxyHandler({})).open(f'http://127.0.0.1:{port}/health/live', timeout=4)"]
ENTRYPOINT ["pebble"]
CMD ["run"]
