"""Summarise lists of numbers: a small JSON service."""

import math
import statistics
from typing import Any

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, HTTPException

app = Flask(__name__)


def answer(data: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(data), status, mimetype="application/json")


def parse(text: str) -> list[float]:
    """The numbers of a comma-separated list; raises BadRequest where one is not finite."""
    try:
        numbers = [float(word) for word in text.split(",")]
    except ValueError:
        raise BadRequest(f"not a list of numbers: {text!r}") from None
    if not all(map(math.isfinite, numbers)):
        raise BadRequest("infinity and NaN cannot be summarised")
    return numbers


@app.get("/")
def index() -> Response:
    return answer({"name": "summary", "routes": ["/summary?numbers=1,2,3", "/health"]})


@app.get("/summary")
def summary() -> Response:
    numbers = parse(request.args.get("numbers", ""))
    return answer(
        {
            "count": len(numbers),
            "mean": statistics.fmean(numbers),
            "median": statistics.median(numbers),
            "deviation": statistics.pstdev(numbers),
        }
    )


@app.get("/health")
def health() -> Response:
    return answer({"status": "ok"})


@app.errorhandler(HTTPException)
def error(reason: HTTPException) -> Response:
    return answer({"error": reason.description}, reason.code)
