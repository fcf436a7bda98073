# syntax=docker/dockerfile:1
# hwr with its model. Two stages: what builds and installs stays behind in the first.
#
#   docker build -t hwr .                              everything, training included
#   docker build -t hwr --build-arg TRAINING=no .      without what only training needs: 1.1 GB less

# By digest, that of all platforms together; .github/dependabot.yml proposes newer ones.
ARG BASE=python:3.12.15-slim-bookworm@sha256:34386ef0cb081344d7ec1c103ba398e6e9f64e9ab3a1509accc92a4e24a07258

FROM $BASE AS build
ARG TRAINING=yes
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY pyproject.toml constraints.txt hatch_build.py .ci/requirements ./
# The base's own pip cannot take hashes from constraints: the pinned one can.
RUN sed -n '/^pip==/,/[^\\]$/p' constraints.txt > pip.txt && python -m pip install -r pip.txt
# Without pip: it installs from outside and is not in the image.
RUN python -m venv --without-pip /opt/hwr
RUN python requirements postgres redis storage sso $([ "$TRAINING" = no ] || echo train) > requirements.txt \
    && python -m pip --python /opt/hwr/bin/python install -c constraints.txt -r requirements.txt \
    && rm -rf /opt/hwr/lib/python3.12/site-packages/tensorflow/include \
        /opt/hwr/lib/python3.12/site-packages/clang \
        /opt/hwr/lib/python3.12/site-packages/pyarrow/include \
        /opt/hwr/lib/python3.12/site-packages/pyarrow/tests
COPY README.md LICENSE asgi.py ./
COPY hwr_core hwr_core
COPY api api
COPY dashboard dashboard
# Editable, as `make setup` does it: pages, theme and icon are found beside the code.
RUN python -m pip --python /opt/hwr/bin/python install --no-deps --no-build-isolation -e . \
    && /opt/hwr/bin/python -m compileall -q asgi.py hwr_core api dashboard

FROM $BASE
RUN useradd --uid 10001 --user-group --home-dir /app --no-create-home hwr \
    && install -d -o hwr -g hwr /app /data
WORKDIR /app
COPY --from=build /opt/hwr /opt/hwr
COPY --from=build /app /app
COPY --chown=hwr:hwr models models
ENV PATH=/opt/hwr/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp HWR_DATA_DIR=/data HWR_MODELS_DIR=/app/models HWR_HOST=0.0.0.0 HWR_PORT=8000
USER hwr
VOLUME ["/data", "/app/models"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['HWR_PORT']}/health/ready\", timeout=8)"]
# 0.0.0.0 is the container's own; without sign-in hwr wants to be told that this is meant (HWR_ALLOW_OPEN=1).
CMD ["hwr", "serve"]
