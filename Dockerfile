# syntax=docker/dockerfile:1
# Two images: `light` for every service and ingest's worker, `ml` for the workers of trainer and
# transcriber. Run as `IMAGE services.catalog`, `IMAGE services.ingest.worker`, …

FROM python:3.11-slim-bookworm AS python
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1

FROM node:24-bookworm-slim AS panel
WORKDIR /src
COPY panel/package.json panel/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY panel .
RUN npm run build

FROM python AS wheel
WORKDIR /src
COPY . .
RUN pip wheel --no-deps --wheel-dir /wheel .

# Packages without Argot's own code: these layers last until a dependency changes.
FROM python AS light-packages
WORKDIR /src
RUN python -m venv /opt/argot
COPY pyproject.toml constraints.txt ./
RUN touch README.md && /opt/argot/bin/pip install -c constraints.txt .

FROM light-packages AS ml-packages
RUN /opt/argot/bin/pip install -c constraints.txt ".[ml,train]"

FROM light-packages AS light-argot
RUN --mount=from=wheel,source=/wheel,target=/wheel \
    /opt/argot/bin/pip install --no-deps --force-reinstall /wheel/*.whl

FROM ml-packages AS ml-argot
RUN --mount=from=wheel,source=/wheel,target=/wheel \
    /opt/argot/bin/pip install --no-deps --force-reinstall /wheel/*.whl

# util-linux has what the media sandbox is made of: prlimit, setpriv, unshare.
FROM python AS system
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ffmpeg tini util-linux \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 argot \
    && useradd --uid 10001 --gid argot --no-create-home --home-dir /tmp argot \
    && install --directory --owner argot --group argot /var/lib/argot /var/cache/argot
ENV PATH=/opt/argot/bin:$PATH HOME=/tmp PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /var/lib/argot
# -P: the working directory holds uploaded files, nothing is imported from there.
ENTRYPOINT ["tini", "--", "python", "-P", "-m"]

FROM system AS light
COPY --from=light-argot /opt/argot /opt/argot
COPY --from=panel /src/dist /opt/argot/panel

FROM system AS ml
COPY --from=ml-argot /opt/argot /opt/argot
