"""What a split copies, as people are asked about it."""

from rootfs_samples import Content, Node, root
from stepdown import discover
from stepdown.flow import catalog, migrate
from stepdown.flow.carried import shipped
from stepdown.model.facts import Carried, CarriedKind, Facts
from stepdown.model.plan import Plan, Policy

BASE = "gcr.io/distroless/cc-debian13:nonroot"
TEXT = """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y tzdata
WORKDIR /srv
COPY . .
RUN gcc -o /usr/local/bin/app app.c
CMD ["/usr/local/bin/app"]
"""
FOLDER = Node(content=None, mode=0o755)
FILES: dict[str, Content] = {
    "/srv": FOLDER,
    "/srv/data": "12345",
    "/usr/share/zoneinfo": FOLDER,
    "/usr/share/zoneinfo/Paris": "123",
    "/usr/local/bin/app": "1234567",
}
OPENED = Carried(
    path="/usr/share/zoneinfo",
    size=3,
    kind=CarriedKind.OPENED,
    package="tzdata",
    opened="/usr/share/zoneinfo/Paris",
    images=(BASE,),
)
CARRIED = (Carried(path="/srv", size=5), Carried(path="/usr/local/bin/app", size=7), OPENED)


def planned(*leaves: str) -> Plan:
    recipes = catalog.load()
    target = discover.target(
        TEXT,
        repository="/repo",
        commit="",
        dockerfile="Dockerfile",
        context=".",
        stage="",
        catalog=recipes,
    )
    policy = Policy(base=BASE, leaves=leaves)
    return migrate.plan(target, Facts(carried=CARRIED), recipes, policy)


def test_each_path_comes_with_its_size_and_its_reason() -> None:
    found = {one.path: one for one in shipped(planned(), root(FILES))}
    assert {path: one.size for path, one in found.items()} == {
        "/srv": 5,
        "/usr/local/bin/app": 7,
        "/usr/share/zoneinfo": 3,
    }
    assert found["/usr/share/zoneinfo"].reason == (
        "the checks open /usr/share/zoneinfo/Paris of tzdata, which the new base lacks."
    )


def test_what_stays_behind_is_no_longer_copied() -> None:
    assert [one.path for one in shipped(planned("/srv"), root(FILES))] == [
        "/usr/local/bin/app",
        "/usr/share/zoneinfo",
    ]
