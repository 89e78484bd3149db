"""How gunicorn runs the web application, in `make run` and in the containers alike."""

import os

wsgi_app = "config.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = 4
# One import for all workers: half the memory, and a start that does not load Django twice.
preload_app = True
timeout = 60
graceful_timeout = 5
keepalive = 5
# The address of a list holds its filters, and the form that builds them is sent as one.
limit_request_line = 8190
max_requests = 5000
max_requests_jitter = 500
# Worker heartbeats on a real disk can block under load.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
control_socket_disable = True
accesslog = None
errorlog = "-"
