# syntax=docker/dockerfile:1
# One image for every process of AgentCluster; docker-compose.yml says which command each runs.

FROM node:24-bookworm-slim AS page
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm install --no-save --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM python:3.11-slim-bookworm AS packages
WORKDIR /src
COPY requirements-uv.lock requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-uv.lock \
    && uv venv /opt/venv \
    && uv pip sync --no-cache --python /opt/venv/bin/python --require-hashes requirements.lock

FROM python:3.11-slim-bookworm
# Chromium draws the PNG of a chart; bubblewrap is the sandbox of bundles (docs/sandbox.md).
RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap chromium fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home agentcluster \
    && install -d -o agentcluster -g agentcluster -m 0700 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY manage.py LICENSE ./
COPY agentcluster/ agentcluster/
COPY agents/ agents/
COPY designer/ designer/
COPY templates/ templates/
COPY proto/ proto/
COPY --from=page /src/frontend/dist frontend/dist
RUN python -m compileall -q agentcluster agents designer

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONFAULTHANDLER=1 \
    AGENTCLUSTER_HOME=/data \
    LOG_FORMAT=json \
    BROWSER_PATH=/usr/bin/chromium
USER agentcluster
VOLUME /data
EXPOSE 8000 8090 50051
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
CMD ["python", "-m", "agentcluster.web", "-b", "0.0.0.0", "-p", "8000"]
