# hyperion-hook with what the Action's lock names, byte for byte; runs without root.
# docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/repo" IMAGE score HEAD
FROM python:3.13-alpine@sha256:540c7d91f98ff6880174c40e99067bf5941eb54d818a7a5e094d188b196a934d AS build
WORKDIR /src
COPY .github/action/requirements.txt lock.txt
RUN python -m venv /opt/hyperion-hook \
    && /opt/hyperion-hook/bin/pip install --quiet --no-cache-dir --no-deps --require-hashes --only-binary=:all: -r lock.txt
COPY . .
RUN /opt/hyperion-hook/bin/pip install --quiet --no-cache-dir --no-deps --no-index --no-build-isolation . \
    && /opt/hyperion-hook/bin/pip uninstall --quiet --yes hatchling trove-classifiers pluggy pip

FROM python:3.13-alpine@sha256:540c7d91f98ff6880174c40e99067bf5941eb54d818a7a5e094d188b196a934d
# hadolint ignore=DL3018
RUN apk add --no-cache git
COPY --from=build /opt/hyperion-hook /opt/hyperion-hook
ENV PATH=/opt/hyperion-hook/bin:$PATH HOME=/tmp
WORKDIR /repo
USER 10001:10001
ENTRYPOINT ["hyperion-hook"]
CMD ["--help"]
