"""How many drawings a second the server reads and keeps, beside mere parsing and beside the usual Keras app.

Run it: python -m tests.benchmarks.throughput [--seconds 5] [--clients 16]. Ratios within one run are what counts.
"""

import argparse
import base64
import json
import tempfile
from pathlib import Path

from tests.benchmarks.load import measure
from tests.benchmarks.servers import hwr, keras_app, serving
from tests.handwriting import drawing, png


def main() -> None:
    """Measure all three in turn and print rates and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--clients", type=int, default=16)
    load = vars(parser.parse_args())
    body = json.dumps({"image_data": base64.b64encode(png(drawing(7))).decode()}).encode()
    with tempfile.TemporaryDirectory() as folder:
        with serving(hwr, Path(folder)) as port:
            measure(port, "/api/predict", body, clients=load["clients"], seconds=1.0)  # warm
            parsing = measure(port, "/parse-only", body, **load)
            prediction = measure(port, "/api/predict", body, **load)
        with serving(keras_app, Path(folder)) as port:
            measure(port, "/api/predict", body, clients=1, seconds=1.0)
            keras = measure(port, "/api/predict", body, **load)
    print(f"request body          {len(body):8} bytes, {load['clients']} clients")
    print(f"parse only            {parsing}")
    print(f"read and keep         {prediction}")
    print(f"Keras model.predict   {keras}")
    print(f"read and keep / parse only          {prediction.rate / parsing.rate:.2f}")
    print(f"read and keep / Keras model.predict {prediction.rate / keras.rate:.1f}")


if __name__ == "__main__":
    main()
