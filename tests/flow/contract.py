"""Contract: compares every reply that a flow test gets with the server's own OpenAPI document."""
import json
import os
import pathlib
import re
import sys

LIBRARIES = os.environ.get("CONVERGENCE_TEST_PYTHON", "")
if LIBRARIES and pathlib.Path(LIBRARIES).is_dir() and sys.version_info[:2] == (3, 11):
    sys.path.insert(0, LIBRARIES)
try:
    import jsonschema
except ImportError:  # a machine with another python: the document is compared in one flow test less
    jsonschema = None

METHODS = ("get", "post", "put", "patch", "delete")
# Framing and routing answer before a route is known.
ANY_ROUTE = {"400", "404", "405", "408", "413", "414", "417", "431", "500", "501", "503", "505"}
BODY_BYTES_MAX = 200_000  # larger ones are rows upon rows of the same shape


class Operation:
    """One operation of the document."""

    def __init__(self, document, path, method, body):
        self.path, self.method, self.body = path, method, body
        self.id = body["operationId"]
        self.pattern = re.compile("|".join("".join(
            "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"({[^}]+})", known))
            for known in [path, *body.get("x-aliases", [])]))
        self.parameters = re.findall(r"{([^}]+)}", path)
        self._document, self._validators = document, {}

    def validator(self, status):
        """Of the JSON body of this status; None: it has none."""
        if status not in self._validators:
            content = self.body["responses"].get(status, {}).get("content", {})
            schema = content.get("application/json", {}).get("schema")
            if schema is None and status in ANY_ROUTE:
                schema = {"$ref": "#/components/schemas/Error"}
            resolver = jsonschema.RefResolver.from_schema(self._document)
            self._validators[status] = schema and jsonschema.Draft202012Validator(schema, resolver=resolver)
        return self._validators[status]


class Contract:
    """The document of one server; check() raises AssertionError."""

    def __init__(self, document):
        self.document = document
        self.operations = [Operation(document, path, method, item[method])
                           for path, item in document["paths"].items() for method in METHODS if method in item]
        self.operations.sort(key=lambda operation: len(operation.parameters))

    def find(self, method, target):
        path = target.split("?", 1)[0]
        method = "get" if method == "HEAD" else method.lower()
        for operation in self.operations:
            if operation.method == method and operation.pattern.fullmatch(path):
                return operation
        return None

    def check(self, method, target, reply):
        where = f"{method} {target} -> {reply.status}"
        for name in ("x-request-id", "x-api-version"):
            assert name in reply.headers, f"{where}: the header {name} is missing"
        operation = self.find(method, target)
        if operation is None:
            assert reply.status >= 400 or method == "OPTIONS", f"{where}: the document does not know this operation"
            return
        status = str(reply.status)
        assert status in operation.body["responses"] or status in ANY_ROUTE, f"{where}: {operation.id} does not document this status"
        self.check_body(operation, where, method, reply)

    def check_body(self, operation, where, method, reply):
        is_json = reply.headers.get("content-type", "").startswith("application/json")
        if reply.status >= 400:
            assert is_json, f"{where}: an error that is no JSON"
        if jsonschema is None or not is_json or method == "HEAD" or not reply.body or len(reply.body) > BODY_BYTES_MAX:
            return
        if reply.headers.get("content-encoding"):
            return
        validator = operation.validator(str(reply.status))
        if validator is None:
            return
        body = json.loads(reply.body)
        for error in validator.iter_errors(body):
            at = "/".join(str(part) for part in error.absolute_path)
            raise AssertionError(f"{where}: {operation.id}: '{at}' {error.message[:300]}")
        if reply.status >= 400 and "error" in body:  # checks that are not all passed are an answer, no error
            assert body["request_id"] == reply.headers["x-request-id"], f"{where}: request_id is not X-Request-ID"
