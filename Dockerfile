# One image for all processes of a cluster: docker build -t headrace .
ARG PYTHON=python:3.12-slim

# -- stage one: an environment that holds what requirements.lock says, and Headrace's wheel ---------------------------
FROM ${PYTHON} AS build
# Where packages come from when that is not PyPI (--build-arg). Stage one is thrown away, and they with it.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG UV_DEFAULT_INDEX
ARG UV_INDEX
# Which connectors and parts: an extra of pyproject.toml.
ARG EXTRA=all
RUN python3 -m venv /uv && /uv/bin/pip install --no-cache-dir --disable-pip-version-check 'uv>=0.9,<1' \
 && python3 -m venv --without-pip /opt/headrace
# The certificates that the base image trusts are trusted, a company's own among them.
ENV UV_SYSTEM_CERTS=1 UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1
ENV VIRTUAL_ENV=/opt/headrace
WORKDIR /src
COPY pyproject.toml requirements.lock README.md LICENSE headrace.py headrace.pyi ./
RUN /uv/bin/uv pip install --extra "$EXTRA" --constraints requirements.lock -r pyproject.toml
COPY specs specs
COPY connectors connectors
COPY workers workers
COPY scheduler scheduler
RUN /uv/bin/uv build --quiet --wheel --out-dir /dist && /uv/bin/uv pip install --no-deps /dist/*.whl

# -- stage two: that environment, and a user who may do nothing --------------------------------------------------------
FROM ${PYTHON}
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin headrace \
 && install -d -o headrace -g headrace /exports
COPY --from=build /opt/headrace /opt/headrace
# Two arenas: freed memory goes back to the system instead of staying with every thread.
ENV PATH=/opt/headrace/bin:$PATH HOME=/tmp PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MALLOC_ARENA_MAX=2
USER 10001:10001
# Recipes are mounted here; sinks may write to /exports.
WORKDIR /recipes
ENTRYPOINT ["headrace"]
CMD ["--help"]
