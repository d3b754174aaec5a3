"""Who uses the image outside of its Dockerfile."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from repositories import DOCKERFILE, discovered, target_of, write

from stepdown.discover.uses import uses
from stepdown.model.facts import Need, Use

PROGRAM, COMMAND, USER, PORT = Need.PROGRAM, Need.COMMAND, Need.USER, Need.PORT
Row = tuple[Need, str, int, bool]


def _uses(root: Path, files: Mapping[str, str | bytes], **place: str) -> tuple[Use, ...]:
    file = place.get("file", "Dockerfile")
    listed = write(root, {file: DOCKERFILE, **files})
    return uses(listed, target_of(root, file=file, context=place.get("context", ".")))[0]


def _rows(found: tuple[Use, ...]) -> list[Row]:
    return [(use.need, use.value, use.line, use.sure) for use in found]


COMPOSE = """\
services:
  web:
    build: .
    container_name: app-web
    command: npm start
    user: node
    ports:
      - "8080:80"
      - target: 443
      - "3000"
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost"]
  worker:
    build: {context: ., target: other}
    command: ["sh", "-c", "sleep 1 && node work.js"]
  db:
    image: postgres:17
    command: bash -c x
    healthcheck:
      test: pg_isready
"""


def test_a_compose_file(tmp_path: Path) -> None:
    found = _uses(tmp_path, {"compose.yaml": COMPOSE})
    assert _rows(found) == [
        (PROGRAM, "curl", 12, True),
        (COMMAND, "npm", 5, True),
        (USER, "node", 6, True),
        (PORT, "80", 8, True),
        (PORT, "443", 9, True),
    ]
    assert found[0].place == "compose.yaml:12"
    assert found[0].where == "health check of service web"
    assert found[0].quote == 'test: ["CMD", "curl", "-f", "http://localhost"]'


def test_variables_and_search_domains(tmp_path: Path) -> None:
    text = """\
services:
  web:
    build: .
    environment:
      TZ: Europe/Berlin
      LC_ALL: "${LANGUAGE}"
      PORT: "80"
    dns_search: [inner.test]
  worker:
    build: .
    environment: [LANG=de_DE.UTF-8, DEBUG]
    dns_search: inner.test
    dns_opt: ["ndots:2"]
"""
    assert _rows(_uses(tmp_path, {"compose.yaml": text})) == [
        (Need.VARIABLE, "TZ=Europe/Berlin", 5, True),
        (Need.SEARCH, "inner.test", 8, True),
        (Need.VARIABLE, "LANG=de_DE.UTF-8", 11, True),
    ]


def test_variables_of_a_manifest(tmp_path: Path) -> None:
    text = """\
kind: Pod
spec:
  containers:
    - name: web
      image: registry.test/app
      env:
        - {name: TZ, value: Asia/Tokyo}
        - {name: LANG, valueFrom: {}}
"""
    script = "docker build -t registry.test/app ."
    found = _uses(tmp_path, {"build.sh": script, "pod.yaml": text})
    assert _rows(found) == [(Need.VARIABLE, "TZ=Asia/Tokyo", 7, True)]


@pytest.mark.parametrize(
    ("test", "programs"),
    [
        ('["CMD-SHELL", "curl -f x || exit 1"]', ["/bin/sh", "curl"]),
        ("wget -qO- x | grep ok", ["/bin/sh", "wget", "grep"]),
        ('["CMD", "sh", "-c", "nc -z x 1"]', ["sh", "nc"]),
        ('["NONE"]', []),
        ('["CMD"]', []),
        ("[]", []),
        ("{a: b}", []),
        ("[[a], {b: c}]", []),
    ],
)
def test_health_checks(tmp_path: Path, test: str, programs: list[str]) -> None:
    text = f"services:\n  web:\n    build: .\n    healthcheck:\n      test: {test}\n"
    found = _uses(tmp_path, {"docker-compose.yml": text})
    assert [use.value for use in found] == programs


@pytest.mark.parametrize(
    ("name", "build", "ours"),
    [
        ("compose.yaml", "./api", True),
        ("compose.yaml", "{context: api}", True),
        ("compose.yaml", "{context: ., dockerfile: api/Dockerfile}", True),
        ("deploy/compose.yml", "../api", True),
        ("deploy/docker-compose.prod.yml", "{context: .., dockerfile: ./api/Dockerfile}", True),
        ("compose.yaml", "{context: api, target: '0'}", True),
        ("compose.yaml", ".", False),
        ("compose.yaml", "./web", False),
        ("compose.yaml", "{context: api, dockerfile: Dockerfile.dev}", False),
        ("compose.yaml", "{context: api, target: test}", False),
        ("compose.yaml", "{context: api, dockerfile_inline: FROM x}", False),
    ],
)
def test_which_service_builds_the_dockerfile(
    tmp_path: Path,
    name: str,
    build: str,
    ours: bool,  # noqa: FBT001
) -> None:
    text = f"services:\n  one:\n    build: {build}\n    entrypoint: /bin/sh -c x\n"
    found = _uses(tmp_path, {name: text}, file="api/Dockerfile", context="api")
    assert bool(found) is ours
    assert all(use.sure for use in found)


def test_a_service_that_only_names_the_image(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    build: .\n    image: example/app:1\n",
        "compose.prod.yaml": "services:\n  site:\n    image: example/app:2\n    user: node\n",
    }
    assert _rows(_uses(tmp_path, files)) == [(USER, "node", 4, True)]


def test_aliases_merges_and_tags_of_yaml(tmp_path: Path) -> None:
    text = (
        "x-base: &base\n  build: .\n  user: node\n"
        "services:\n  web:\n    <<: *base\n    command: !reset [npm, start]\n"
        "  loop: &loop\n    build: .\n    self: *loop\n"
    )
    assert _rows(_uses(tmp_path, {"compose.yaml": text})) == [
        (COMMAND, "npm", 7, True),
        (USER, "node", 3, True),
    ]


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      securityContext:
        runAsNonRoot: true
      containers:
        - name: api
          image: registry.example.org/team/app:1.2
          command: ["sh", "-c", "exec node server.js"]
          ports:
            - containerPort: 80
          livenessProbe:
            exec:
              command: [curl, -f, localhost]
          lifecycle:
            preStop:
              exec:
                command: ["/bin/sleep", "5"]
        - name: cache
          image: redis:8
          livenessProbe:
            exec: {command: [redis-cli, ping]}
---
apiVersion: v1
kind: Service
"""
BUILD = "docker build -t registry.example.org/team/app .\n"


def test_a_manifest_of_the_image_that_a_script_builds(tmp_path: Path) -> None:
    files = {"k8s/app.yaml": DEPLOYMENT, "build.sh": BUILD}
    found = _uses(tmp_path, files)
    assert _rows(found) == [
        (PROGRAM, "curl", 16, True),
        (PROGRAM, "/bin/sleep", 20, True),
        (PROGRAM, "sh", 11, True),
        (PROGRAM, "node", 11, True),
        (Need.NUMERIC_USER, "true", 7, True),
        (PORT, "80", 13, True),
    ]
    assert found[0].where == "livenessProbe of container api"


def test_a_manifest_whose_image_may_be_this_one(tmp_path: Path) -> None:
    assert {use.sure for use in _uses(tmp_path, {"k8s/app.yaml": DEPLOYMENT})} == {False}


def test_a_manifest_of_another_image(tmp_path: Path) -> None:
    files = {
        "k8s/app.yaml": DEPLOYMENT, "build.sh": "docker build -t example/other .\n"
    }  # fmt: skip
    assert _uses(tmp_path, files) == ()


WORKFLOW = """\
jobs:
  build:
    steps:
      - uses: docker/metadata-action@v5
        with:
          images: |
            registry.example.org/team/app
            ${{ github.repository }}
      - uses: docker/build-push-action@v6
        with: {context: ., tags: "${{ steps.meta.outputs.tags }}, registry.example.org/team/two:1"}
"""


@pytest.mark.parametrize("image", ["app", "two"])
def test_a_workflow_names_the_image(tmp_path: Path, image: str) -> None:
    text = DEPLOYMENT.replace("team/app", f"team/{image}")
    files = {".github/workflows/publish.yml": WORKFLOW, "k.yaml": text}
    assert {use.sure for use in _uses(tmp_path, files)} == {True}


def test_a_workflow_that_builds_another_dockerfile(tmp_path: Path) -> None:
    workflow = WORKFLOW.replace("context: .", "context: web")
    files = {".github/workflows/publish.yml": workflow, "k.yaml": DEPLOYMENT}
    assert {use.sure for use in _uses(tmp_path, files)} == {False}
    two = {**files, "k.yaml": DEPLOYMENT.replace("team/app", "team/two")}
    assert _uses(tmp_path / "b", two) == ()


def test_an_image_that_is_called_like_the_repository(tmp_path: Path) -> None:
    found = _uses(tmp_path / "app", {"k8s/app.yaml": DEPLOYMENT})
    assert {use.sure for use in found} == {True}
    assert "redis-cli" not in {use.value for use in found}


def test_the_values_of_a_chart_and_custom_resources(tmp_path: Path) -> None:
    text = (
        "image:\n  repository: example/app\nlivenessProbe:\n  exec:\n    command: [wget, x]\n"
        "podSecurityContext: {runAsUser: 1000}\n"
    )
    files = {
        "chart/values.yaml": text, "Makefile": "image:\n\tdocker build -t example/app .\n"
    }  # fmt: skip
    assert _rows(_uses(tmp_path, files)) == [(PROGRAM, "wget", 5, True), (USER, "1000", 6, True)]


TEMPLATE = """\
kind: Deployment
spec:
  containers:
    - name: {{ .Chart.Name }}
      image: "{{ .Values.image }}"
      {{- if .Values.probe }}
      livenessProbe:
        exec:
          command:
            - sh
            - -c
            - "curl -f http://localhost:{{ .Values.port }}"
      {{- end }}
      command: ["node", "server.js"]
      args: ["{{ .Values.args }}"]
"""


def test_templates_are_read_line_by_line_and_that_is_told(tmp_path: Path) -> None:
    found = discovered(tmp_path, {"chart/templates/app.yaml": TEMPLATE})
    assert _rows(found.uses) == [
        (PROGRAM, "sh", 9, True),
        (PROGRAM, "curl", 9, True),
        (PROGRAM, "node", 14, True),
    ]
    wanted = "chart/templates/app.yaml: read line by line, as templates are no YAML."
    assert wanted in found.notes


def test_several_images_in_a_template_leave_it_open(tmp_path: Path) -> None:
    text = TEMPLATE + "    - image: redis:8\n"
    assert {use.sure for use in _uses(tmp_path, {"t/app.yaml": text})} == {False}


APP = "docker build -t app .\n"


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        (
            "run.sh",
            BUILD + "docker run --rm -it registry.example.org/team/app npm test\n",
            [(COMMAND, "npm", 2, True)],
        ),
        (
            "run.sh",
            "docker build . --tag app\ndocker run -p 80:80 -u node:x app:1 \\\n  sh -c 'ls | wc'\n",
            [
                (USER, "node", 2, True),
                (COMMAND, "sh", 2, True),
                (PROGRAM, "ls", 2, True),
                (PROGRAM, "wc", 2, True),
            ],
        ),
        (
            "run.sh",
            APP + "docker run -d --name web app\ndocker exec web bash -c id\n",
            [(PROGRAM, "bash", 3, True), (PROGRAM, "id", 3, True)],
        ),
        (
            "run.sh",
            APP + "docker run --entrypoint /bin/sh app -c 'ls'\n",
            [(PROGRAM, "/bin/sh", 2, True), (PROGRAM, "ls", 2, True)],
        ),
        ("run.sh", APP + "docker run postgres:17 psql\ndocker run -v a:b app\n", []),
        (
            "Makefile",
            "IMAGE ?= example/app\nb:\n\tdocker build -t $(IMAGE) .\n\tdocker run $(IMAGE) npm t\n",
            [(COMMAND, "npm", 4, True)],
        ),
        (
            "Makefile",
            "b:\n\tdocker buildx build -t $(I):$(T) -f Dockerfile .\n\tdocker run $(I):$(T) env\n",
            [(COMMAND, "env", 3, True)],
        ),
        (
            ".github/workflows/ci.yml",
            "s:\n  - run: docker build -t ${{ env.I }} .\n  - run: docker run ${{ env.I }} npm t\n",
            [(COMMAND, "npm", 3, True)],
        ),
        (
            ".github/workflows/ci.yml",
            f"steps:\n  - run: {APP}  - run: |\n      docker run app npm test\n",
            [(COMMAND, "npm", 4, True)],
        ),
        (
            ".gitlab-ci.yml",
            f"t:\n  script:\n    - {APP}    - 'docker run app npm test'\n",
            [(COMMAND, "npm", 4, True)],
        ),
        (
            "Jenkinsfile",
            "sh 'docker build -t app .'\nsh \"docker run app npm test\"\n",
            [(COMMAND, "npm", 2, True)],
        ),
        (
            "k.sh",
            APP + "kubectl exec deploy/app -- sh -c 'curl x'\nkubectl exec pod ls\n",
            [(PROGRAM, "sh", 2, True), (PROGRAM, "curl", 2, True)],
        ),
        (
            "k.sh",
            "kubectl exec deploy/postgres -- bash\nkubectl exec $POD -c api -- bash\n",
            [(PROGRAM, "bash", 1, False), (PROGRAM, "bash", 2, False)],
        ),
        ("run.sh", "# docker run app sh\nmydocker run app sh\ndocker ps\ndocker pull x\n", []),
        (
            "run.sh",
            APP + "if ! docker run app true; then echo 'x\n",
            [(COMMAND, "true", 2, True)],
        ),
        ("run.sh", "docker exec $ID bash\n", [(PROGRAM, "bash", 1, True)]),
        (
            "run.sh",
            "docker run redis:8 x\ndocker build -t other ./b\ndocker exec $ID bash\n",
            [(PROGRAM, "bash", 3, False)],
        ),
    ],
)
def test_commands_in_scripts_and_ci_files(
    tmp_path: Path, name: str, text: str, rows: list[Row]
) -> None:
    assert _rows(_uses(tmp_path, {name: text})) == rows


def test_compose_exec_names_the_service(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  web: {build: ., container_name: w}\n  db: {image: pg}\n",
        "a.sh": (
            "docker compose exec -T web bash -lc 'npm run x'\ndocker-compose run --rm web npm t\n"
            "docker compose -f compose.yaml exec db psql\ndocker exec -u root w ps\n"
        ),
    }
    assert _rows(_uses(tmp_path, files)) == [
        (PROGRAM, "bash", 1, True),
        (PROGRAM, "npm", 1, True),
        (COMMAND, "npm", 2, True),
        (USER, "root", 4, True),
        (PROGRAM, "ps", 4, True),
    ]


def test_with_other_dockerfiles_an_unnamed_container_may_be_another(tmp_path: Path) -> None:
    files = {"web/Dockerfile": "FROM x\n", "a.sh": "docker exec $C bash\n"}
    assert _rows(_uses(tmp_path, files)) == [(PROGRAM, "bash", 1, False)]


def test_with_other_dockerfiles_images_must_be_called_like_the_folder(tmp_path: Path) -> None:
    text = DEPLOYMENT.replace("team/app", "team/api")
    files = {"web/Dockerfile": "FROM x\n", "k.yaml": text}
    found = _uses(tmp_path, files, file="api/Dockerfile", context="api")
    assert {use.sure for use in found} == {False}
    other = _uses(tmp_path / "b", {**files, "k.yaml": DEPLOYMENT}, file="api/Dockerfile")
    assert other == ()


@pytest.mark.parametrize(
    "content",
    [
        "services: [\n",
        "\tservices:\n",
        "a: &a [*a\n",
        "[" * 50_000,
        "a: *missing\n",
        b"services:\n  web: \xff\xfe\n",
        "services: {? [a, b] : c, ? {d: e} : {build: .}}\n",
    ],
)
def test_a_broken_compose_file_does_no_harm(tmp_path: Path, content: str | bytes) -> None:
    found = discovered(tmp_path, {"compose.yaml": content})
    assert found.uses == ()


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    files: Mapping[str, str | bytes] = {
        "compose.yaml": "services: [\n", "Makefile": b"\0", "big.sh": b"x" * 500_000
    }  # fmt: skip
    notes = discovered(tmp_path, files).notes
    assert any(note.startswith("compose.yaml cannot be read: ") for note in notes)
    told = "Makefile and 1 more: too large, or no text, to look for uses in it."
    assert told in notes


def test_a_bomb_of_aliases_is_read_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 {containers: [{image: x, command: [sh]}]}"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    found = _uses(tmp_path, {"k.yaml": "\n".join(lines)})
    assert len(found) <= 1


def test_a_script_that_is_long_and_odd_does_no_harm(tmp_path: Path) -> None:
    text = "docker run " + "$(" * 3_000 + "\ndocker exec '\"`\ndocker run\ndocker exec -u\n"
    assert _uses(tmp_path, {"a.sh": text}) == ()


def test_many_uses_are_cut_and_the_sure_ones_kept(tmp_path: Path) -> None:
    many = "".join(f"docker exec other sh -c 'p{n}'\n" for n in range(300))
    files = {"a.sh": many, "b.sh": APP + "docker run app npm test\n"}
    found = discovered(tmp_path, files)
    assert len(found.uses) == 200
    assert _rows(found.uses)[-1] == (COMMAND, "npm", 2, True)
    assert "401 further uses of images are left out." in found.notes
