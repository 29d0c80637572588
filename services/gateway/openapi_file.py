"""`python -m services.gateway.openapi_file`: the OpenAPI document, for programs made from it."""

if __name__ == "__main__":
    pass
