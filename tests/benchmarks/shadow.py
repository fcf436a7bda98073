"""What a shadow costs the answers: the same load with and without one, in turn, on one server.

Run it: python -m tests.benchmarks.shadow [--rounds 5]. Load and server share the machine's cores.
"""

import argparse
import json
import tempfile
from pathlib import Path
from statistics import median

from httpx2 import Client

from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT
from tests.api.client import drawn
from tests.benchmarks.load import Measured, measure
from tests.handwriting import drawing, png
from tests.serving import serving

CLIENTS, SECONDS, SETTLE = 16, 5.0, 2.0


def main() -> None:
    """Print each round, and the median of the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    body = json.dumps(drawn(png(drawing(7)))).encode()
    other = Registry(PROJECT / "models").names()[-1]
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data") as server:
        client = Client(base_url=server.url, timeout=60)

        def loaded(seconds: float) -> Measured:
            return measure(server.port, "/api/predict", body, clients=CLIENTS, seconds=seconds)

        loaded(SETTLE)
        ratios = []
        for number in range(1, rounds + 1):
            alone = loaded(SECONDS)
            client.put("/api/models/shadow", json={"version": other}).raise_for_status()
            loaded(SETTLE)
            shadowed = loaded(SECONDS)
            report = client.get("/api/models/shadow").json()["data"]
            client.delete("/api/models/shadow").raise_for_status()
            loaded(SETTLE)
            ratios.append((shadowed.p95 / alone.p95, shadowed.rate / alone.rate))
            print(f"round {number}, alone:  {alone}")
            print(f"round {number}, shadow: {shadowed}   {report['read']:,} read, {report['dropped']:,} dropped")
    p95, rate = (median(values) for values in zip(*ratios, strict=True))
    print(f"with a shadow / alone, median of {rounds} rounds: p95 {p95:.2f}, rate {rate:.2f}")


if __name__ == "__main__":
    main()
