# syntax=docker/dockerfile:1
# The production image: web, worker, beat and one-shot commands all run from it.

FROM python:3.13-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.txt /tmp/requirements.txt
RUN pip install -r /tmp/requirements.txt && python -m compileall -q /opt/venv
WORKDIR /app
COPY . .
# The settings want values to start; none of these reaches the final image's environment.
RUN SECRET_KEY=build DATABASE_URL=sqlite://:memory: REDIS_URL=redis://localhost:6379/0 \
    ALLOWED_HOSTS=localhost BASE_URL=https://localhost \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    sh -c "python manage.py compile_messages_pure && python manage.py collectstatic --noinput" \
 && rm -rf var/run var/log \
 && python -m compileall -q config core crm marketing analytics scripts

FROM python:3.13-slim-trixie
LABEL org.opencontainers.image.title="Renmai" \
      org.opencontainers.image.licenses="Apache-2.0"
# pg_dump and psql for backup and restore; libgomp for gradient boosting.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgomp1 postgresql-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin renmai
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
# The code stays root's; the user may write only where data belongs.
RUN install -d -o renmai -g renmai -m 700 var/run var/log var/media var/backups
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    VAR_DIR=/app/var \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    HOME=/tmp
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s --retries=4 \
    CMD ["python", "scripts/healthcheck.py"]
CMD ["gunicorn", "--config", "scripts/gunicorn_conf.py", "--bind", "0.0.0.0:8000"]
