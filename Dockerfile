# One image for web, worker, beat and the one-off tasks; docker-compose.yml shows how they stand together.
# Nothing secret is built in: every setting comes from the environment (docs/operations.md).
# An office with mirrors of its own builds with --build-arg PIP_INDEX_URL=… --build-arg NPM_CONFIG_REGISTRY=…

# -- page assets ------------------------------------------------------------------------------------
FROM node:22-bookworm-slim AS assets
WORKDIR /build
COPY package.json package-lock.json ./
ARG NPM_CONFIG_REGISTRY
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# -- Python packages --------------------------------------------------------------------------------
FROM python:3.11-slim-bookworm AS packages
WORKDIR /srv/portal
COPY requirements.txt bin/lib/launcher/uv.txt ./
ARG PIP_INDEX_URL
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r uv.txt \
    && UV_SYSTEM_CERTS=1 .venv/bin/uv pip install ${PIP_INDEX_URL:+--default-index "$PIP_INDEX_URL"} \
        --no-cache --compile-bytecode --python .venv/bin/python --require-hashes -r requirements.txt \
    && .venv/bin/pip uninstall --yes --quiet uv

# -- fonts for documents in official layout -----------------------------------------------------------
FROM debian:bookworm-slim AS fonts
RUN apt-get update && cd /tmp && apt-get download -o APT::Sandbox::User=root texlive-lang-chinese \
    && mkdir -p /fonts && dpkg-deb --fsys-tarfile texlive-lang-chinese_*.deb \
    | tar --extract --strip-components=9 --directory=/fonts --wildcards './usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/*.otf' \
    && find /fonts -name '*.otf' | grep -q .

# -- languages ----------------------------------------------------------------------------------------
FROM debian:bookworm-slim AS languages
RUN apt-get update && apt-get install --yes --no-install-recommends gettext
COPY locale /locale
RUN for source in /locale/*/LC_MESSAGES/django.po; do msgfmt --check-format --check-domain -o "${source%.po}.mo" "$source" || exit 1; done

# -- the portal ---------------------------------------------------------------------------------------
FROM python:3.11-slim-bookworm
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        tini libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-cjk fonts-noto-core \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 portal && useradd --uid 10001 --gid portal --no-create-home --home-dir /data portal \
    && install --directory --owner=portal --group=portal --mode=0750 /data

WORKDIR /srv/portal
# PORTAL_SETUP=skip: bin/manage, bin/backup and bin/restore work here as elsewhere, and install nothing.
ENV PATH=/srv/portal/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=portal.settings \
    DJANGO_ENV=production \
    PORTAL_SETUP=skip \
    PORTAL_DATA=/data \
    FONT_DIR=/usr/local/share/fonts/fandol \
    HOST=0.0.0.0 \
    PORT=8000

COPY --from=fonts /fonts /usr/local/share/fonts/fandol
COPY --from=packages /srv/portal/.venv .venv
COPY --from=assets /build/node_modules node_modules
COPY . .
COPY --from=languages /locale locale
# Nobody can write it later, and every process of every start would compile it again.
RUN .venv/bin/python -m compileall -q -x '/(\.venv|node_modules)/' .

USER portal
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["tini", "--"]
CMD ["deploy/web"]
