import pytest
from flask.testing import FlaskClient

from summary import app


@pytest.fixture
def client() -> FlaskClient:
    return app.test_client()


def test_numbers_are_summarised(client):
    response = client.get("/summary?numbers=2,4,4,4,5,5,7,9")
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert response.json == {"count": 8, "mean": 5.0, "median": 4.5, "deviation": 2.0}


def test_one_number_is_its_own_mean(client):
    assert client.get("/summary?numbers=-1.5").json == {
        "count": 1,
        "mean": -1.5,
        "median": -1.5,
        "deviation": 0.0,
    }


@pytest.mark.parametrize("numbers", ["", "one", "1,,2", "inf", "1,nan"])
def test_anything_else_is_the_clients_mistake(client, numbers):
    response = client.get(f"/summary?numbers={numbers}")
    assert response.status_code == 400
    assert response.json["error"]


def test_an_unknown_route_is_not_found(client):
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert response.json["error"]


def test_the_service_is_healthy(client):
    assert client.get("/health").json == {"status": "ok"}
