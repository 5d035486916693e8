"""What a handler returned, as the type that its reader wants."""

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from soniq.errors import OptionInvalid, ResultInvalid


def fit(result: Any, model: Any, job_id: str) -> Any:
    """Rebuild a result, JSON values, as a pydantic model or any other annotation.

    Raises:
        OptionInvalid: `model` is nothing that pydantic could build.
        ResultInvalid: The result does not fit it.
    """
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(model)
    except PydanticUserError as error:
        raise OptionInvalid(
            f"`result_model` must be a model or a type, not {model!r}", option="result_model"
        ) from error
    try:
        return adapter.validate_json(json.dumps(result))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        said = f"{place}: {first['msg']}" if place else first["msg"]
        raise ResultInvalid(f"the result of job {job_id} does not fit {model!r}: {said}", job_id=job_id) from error
