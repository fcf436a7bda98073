"""FastAPI with one route and nothing around it: one app that reads the image, and one that only parses the body."""

from fastapi import FastAPI
from pydantic import BaseModel

from tests.benchmarks.rivals.digits import Answer, answer, shipped_reader


class Image(BaseModel):
    """An image in base64."""

    image_data: str


def reading() -> FastAPI:
    """Return the app that reads."""
    app, reader = FastAPI(), shipped_reader()

    @app.post("/api/predict")
    def predict(image: Image) -> Answer:
        return answer(reader, image.image_data)

    return app


def parsing() -> FastAPI:
    """Return the app that does nothing with the image."""
    app = FastAPI()

    @app.post("/api/predict")
    async def predict(image: Image) -> dict[str, int]:
        return {"characters": len(image.image_data)}

    return app
