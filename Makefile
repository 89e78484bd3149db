# Two commands are all that is needed: `make run` and `make test`. Both install what they need.
PYTHON ?= python3
VENV := .venv/bin
# How many tests run at once, and anything else for pytest (`make test PYTEST_ARGS="-k lead -x"`).
JOBS ?= 2
PYTEST_ARGS ?=
MARKS ?= not acceptance
LOCALES ?= zh_Hans

.DEFAULT_GOAL := help
.PHONY: help run setup setup-dev test acceptance check audit format backup restore requirements openapi messages fresh-check clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## install, prepare and start everything (PORT=8000 HOST=127.0.0.1 VAR_DIR=./var)
	@exec $(VENV)/python -m scripts.serve

setup: ## only install what running needs, into .venv
	@$(PYTHON) scripts/bootstrap.py

setup-dev: ## install what tests and checks need as well
	@$(PYTHON) scripts/bootstrap.py --dev

test: setup-dev ## run all tests (DATABASE_URL and REDIS_URL choose other servers)
	@$(VENV)/python -m pytest -m "$(MARKS)" -n $(JOBS) --dist loadgroup $(PYTEST_ARGS)

acceptance: setup-dev ## run the long proofs, which print their figures
	@$(VENV)/python -m pytest -m acceptance -s $(PYTEST_ARGS)

check: setup-dev ## linters, types, import contracts, deploy settings, vendored files
	@$(VENV)/python -m scripts.check

audit: setup ## known vulnerabilities of the pinned packages, where the network allows
	@$(VENV)/python -m scripts.audit

format: setup-dev ## let ruff and djhtml lay out the code
	@$(VENV)/ruff format .
	@$(VENV)/ruff check --fix .
	@$(VENV)/djhtml -b partialdef,endpartialdef templates

backup: setup ## write var/backups/renmai-….tar.gz, also while Renmai runs
	@$(VENV)/python -m scripts.backups create

restore: setup ## put a backup in place: make restore FILE=var/backups/….tar.gz
	@$(VENV)/python -m scripts.backups restore $(if $(FILE),"$(FILE)")

requirements: setup-dev ## compile requirements*.txt from requirements*.in (on Python 3.11)
	@$(VENV)/python -m scripts.requirements compile

openapi: setup-dev ## write docs/openapi.yaml anew
	@$(VENV)/python -m scripts.openapi

messages: setup-dev ## collect the marked strings into locale/ (needs gettext) and compile them
	@command -v xgettext >/dev/null || { echo "xgettext is missing: install it with \`apt install gettext\`."; exit 1; }
	@$(VENV)/python manage.py makemessages $(foreach l,$(LOCALES),--locale $(l)) --no-wrap --no-obsolete --add-location file --ignore ".venv/*" --ignore "var/*" --ignore "tests/*"
	@for po in locale/*/LC_MESSAGES/django.po; do grep -v '^"POT-Creation-Date:' $$po > $$po.new && mv $$po.new $$po; done
	@$(VENV)/python manage.py compile_messages_pure

fresh-check: ## clone the committed tree and run both commands there
	@scripts/fresh_check

clean: ## remove caches and collected files; data in var/ and .venv stay
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache var/static var/run/*.stamp
	@find . -path ./.venv -prune -o -path ./var -prune -o -name __pycache__ -type d -print0 | xargs -0 rm -rf
