"""`python -m services.gateway.openapi_file`: the OpenAPI document, for programs made from it."""

import json
import sys

from services.gateway import openapi
from services.gateway.routes import TABLE

if __name__ == "__main__":
    json.dump(openapi.build(TABLE), sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write("\n")
