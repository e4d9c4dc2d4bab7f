# The two commands a newcomer needs: make run, make test.
UV := .tools/bin/uv
PYTHON ?= python3
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := true

.PHONY: audit sbom evidence setup run test check format docs replies pictures faults-store console-pages console-speed fuzz-console flood tampering forgeries faults faults-long walk-permissions walk-permissions-deep lhc-forms bench bench-scale clean

setup: .venv/.ok

run: .venv/.ok
	.venv/bin/brasle-prescreen run

test: .venv/.ok check
	.venv/bin/pytest -n 2 --dist worksteal --junitxml=build/test-results.xml

check: .venv/.ok
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/brasle-prescreen docs --check
	.venv/bin/brasle-prescreen locales check
	.venv/bin/brasle-prescreen locales sync --check

format: .venv/.ok
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

docs: .venv/.ok
	.venv/bin/brasle-prescreen docs

replies: .venv/.ok
	.venv/bin/brasle-prescreen replies

pictures: .venv/.ok
	.venv/bin/python -m tests.browser.pictures

.tools/bin/uv: tools.lock
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install -q --disable-pip-version-check --require-hashes --only-binary=:all: -r tools.lock

.venv/.ok: .tools/bin/uv uv.lock pyproject.toml
	$(UV) sync --frozen --all-extras --python $(PYTHON)
	touch $@

faults-store: .venv/.ok
	BRASLE_FAULTS_EVERY=1 BRASLE_RETENTION_PEOPLE=10000 .venv/bin/pytest -s tests/store/test_rotation.py tests/store/test_retention.py

console-pages: .venv/.ok
	BRASLE_WHOLE=1 .venv/bin/pytest tests/coordinator/targets/test_axe.py tests/coordinator/access/test_passwords.py

console-speed: .venv/.ok
	.venv/bin/python -m tests.coordinator.targets.speed

fuzz-console: .venv/.ok
	BRASLE_EXAMPLES=5000 .venv/bin/pytest tests/coordinator/targets/test_fuzz.py

# The locked versions against the public advisories; needs the network.
audit: .venv/.ok
	mkdir -p build
	$(UV) export -q --frozen --all-extras --no-dev --no-emit-project --format requirements.txt -o build/requirements.txt
	.venv/bin/pip-audit --strict --require-hashes --disable-pip -r build/requirements.txt

# Every library with version and hash, as CycloneDX.
sbom: .venv/.ok
	mkdir -p build
	$(UV) export -q --frozen --all-extras --no-dev --format cyclonedx1.5 -o build/sbom.cdx.json
	@echo build/sbom.cdx.json

evidence: .venv/.ok
	.venv/bin/brasle-prescreen evidence --out build/evidence-$$(date -u +%Y%m%d-%H%M%S)

walk-permissions: .venv/.ok
	BRASLE_WALK=whole .venv/bin/pytest -s tests/bot/test_permissions_everywhere.py

walk-permissions-deep: .venv/.ok
	BRASLE_WALK=deep .venv/bin/pytest -s tests/bot/test_permissions_everywhere.py

# LHC-Forms, another reader of the FHIR questionnaire: fetched once, nothing of it runs but in the browser of its tests.
LHC_FORMS := lforms-40.1.3
LHC_FORMS_SHA256 := 288cff4360e8a90a44e994a01422d2cf970170000ce915b5739ccc383097edd9

lhc-forms: .venv/.ok .tools/lhc-forms/package
	BRASLE_LHC_FORMS=1 .venv/bin/pytest tests/records/test_lhc_forms.py

.tools/lhc-forms/package:
	@command -v npm >/dev/null || { echo "lhc-forms: npm is needed to fetch LHC-Forms; install Node.js."; exit 1; }
	mkdir -p .tools/lhc-forms
	cd .tools/lhc-forms && npm pack --silent $(subst -4,@4,$(LHC_FORMS)) && echo "$(LHC_FORMS_SHA256)  $(LHC_FORMS).tgz" | sha256sum -c -
	cd .tools/lhc-forms && tar xzf $(LHC_FORMS).tgz && rm $(LHC_FORMS).tgz

bench: .venv/.ok
	.venv/bin/python benchmarks/bench.py

# Also what takes minutes: a million conversations, a backlog of 100,000. Writes docs/speed.md and its picture.
bench-scale: .venv/.ok
	.venv/bin/python benchmarks/bench.py --scale --plot

flood: .venv/.ok
	.venv/bin/python -m tests.faults.campaigns flood --long

tampering: .venv/.ok
	.venv/bin/python -m tests.faults.campaigns tampering --long

forgeries: .venv/.ok
	.venv/bin/python -m tests.faults.campaigns forgeries --long

faults: .venv/.ok
	.venv/bin/python -m tests.faults.campaigns all

faults-long: .venv/.ok
	.venv/bin/python -m tests.faults.campaigns all --long

clean:
	rm -rf build .tools .venv .mypy_cache .pytest_cache .ruff_cache
