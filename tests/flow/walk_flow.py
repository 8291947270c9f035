#!/usr/bin/env python3
"""Every operation of the document: without a key, with a foreign one, with bad bodies, paths and methods."""
import http.client
import json
import os
import unittest

from contract import Contract, jsonschema
from flow_server import ADMIN_KEY, FlowServer

UNKNOWN_ID = "5b0c8f4e-2f0a-4d35-9a53-0f6f3c2a9f11"
PATH_VALUES = {"provider": "aws", "domain": "cost", "template": "cost_usage", "pipeline_logging_id": UNKNOWN_ID}


class WalkFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = FlowServer(CONVERGENCE_RATE_LIMITS_GLOBAL_PER_MINUTE="1000000").start()
        cls.key = cls.server.onboard("Walk_Own")
        cls.foreign = cls.server.onboard("walk_foreign")
        cls.document = cls.server.call("GET", "/openapi.json").json
        cls.operations = Contract(cls.document).operations

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def security(self, operation):
        return {name for choice in operation.body.get("security", []) for name in choice} if {} not in operation.body.get("security", []) else set()

    def path_of(self, operation, tenant="Walk_Own", **values):
        values = {**PATH_VALUES, "tenant_id": tenant, **values}
        path = operation.path
        for name in operation.parameters:
            path = path.replace("{%s}" % name, values.get(name, UNKNOWN_ID))
        return path

    def ask(self, operation, path=None, key=None, admin=None, data=None, content_type="application/json"):
        headers = {"X-Admin-Key": admin} if admin else {}
        if data is not None:
            headers["Content-Type"] = content_type
        return self.server.call(operation.method.upper(), path or self.path_of(operation), key=key, headers=headers, data=data)

    def body_of(self, operation):
        """The documented example: a body that is right."""
        if "requestBody" not in operation.body:
            return None
        return json.dumps(operation.body["requestBody"]["content"]["application/json"]["example"]).encode()

    def of(self, scheme):
        found = [operation for operation in self.operations if scheme in self.security(operation)]
        self.assertGreater(len(found), 4 if scheme == "tenantKey" else -1)
        return found

    def test_the_document_is_valid(self):
        try:
            from openapi_spec_validator import openapi_v31_spec_validator
        except ImportError:
            self.skipTest("openapi-spec-validator is not on this machine (scripts/test_deps)")
        self.assertEqual([error.message for error in openapi_v31_spec_validator.iter_errors(self.document)], [])

    def test_every_example_fits_its_schema(self):
        if jsonschema is None:
            self.skipTest("jsonschema is not on this machine (scripts/test_deps)")
        resolver = jsonschema.RefResolver.from_schema(self.document)
        seen = 0
        for operation in self.operations:
            bodies = [operation.body.get("requestBody", {})] + list(operation.body["responses"].values())
            for body in bodies:
                content = body.get("content", {}).get("application/json")
                if content is None:
                    continue
                validator = jsonschema.Draft202012Validator(content["schema"], resolver=resolver)
                examples = [content["example"]] if "example" in content else [e["value"] for e in content["examples"].values()]
                for example in examples:
                    seen += 1
                    self.assertEqual([error.message for error in validator.iter_errors(example)], [], operation.id)
        self.assertGreater(seen, 100)

    def test_a_tenants_route_without_a_key(self):
        for operation in self.of("tenantKey"):
            with self.subTest(operation.id):
                for key in (None, "Walk_Own_api_0000000000000000", self.key[:-1], "x" * 300):
                    reply = self.ask(operation, key=key, data=self.body_of(operation))
                    self.assertEqual(reply.status, 401)
                    self.assertEqual(reply.json["message"], "Invalid or missing API key")
                    self.assertEqual(reply.headers["www-authenticate"], "ApiKey")

    def test_a_tenants_route_with_a_foreign_key(self):
        for operation in self.of("tenantKey"):
            if "tenant_id" not in operation.parameters:
                continue
            with self.subTest(operation.id):
                reply = self.ask(operation, key=self.foreign, data=self.body_of(operation))
                self.assertEqual(reply.status, 403)
                self.assertEqual(reply.json["message"], "Tenant ID mismatch: authenticated as 'walk_foreign' but requested 'Walk_Own'")

    def test_an_operators_route_without_its_key(self):
        for operation in self.of("adminKey"):
            if "tenantKey" in self.security(operation):
                continue
            with self.subTest(operation.id):
                self.assertEqual(self.ask(operation, data=self.body_of(operation)).status, 401)
                self.assertEqual(self.ask(operation, key=self.key, data=self.body_of(operation)).status, 401)
                self.assertEqual(self.ask(operation, admin=ADMIN_KEY + "x", data=self.body_of(operation)).status, 403)

    def test_bodies_that_are_no_json_object(self):
        for operation in self.operations:
            if "requestBody" not in operation.body:
                continue
            with self.subTest(operation.id):
                who = {"admin": ADMIN_KEY} if "adminKey" in self.security(operation) else {}
                if "tenantKey" in self.security(operation) or not self.security(operation):
                    who["key"] = self.key
                for data in (b"{", b"[]", b'"text"', b'{"a":1,"a":2}x', b"\xff\xfe", b'{"a":' + b"[" * 5000):
                    reply = self.ask(operation, data=data, **who)
                    self.assertEqual(reply.status, 400, (operation.id, data[:20], reply.body))
                    self.assertEqual(reply.json["error"], "Validation error")
                self.assertEqual(self.ask(operation, data=b"<a/>", content_type="text/xml", **who).status, 415)

    def test_members_of_a_wrong_type(self):
        wrong = {"string": 7, "integer": "seven", "number": "seven", "boolean": "maybe", "array": {}, "object": []}
        tried = 0
        for operation in self.operations:
            if "requestBody" not in operation.body or operation.id in ("dryrun_tenant",):
                continue
            who = {"admin": ADMIN_KEY} if "adminKey" in self.security(operation) else {}
            if "tenantKey" in self.security(operation) or not self.security(operation):
                who["key"] = self.key
            content = operation.body["requestBody"]["content"]["application/json"]
            reference = content["schema"].get("$ref", "").rsplit("/", 1)[-1]
            for name, field in self.document["components"]["schemas"].get(reference, {}).get("properties", {}).items():
                kind = field.get("type")
                kind = kind[0] if isinstance(kind, list) else kind
                if kind not in wrong:
                    continue
                with self.subTest(f"{operation.id} {name}"):
                    tried += 1
                    body = {**content["example"], name: wrong[kind]}
                    reply = self.ask(operation, data=json.dumps(body).encode(), **who)
                    # What does not exist may be answered before its body is looked at.
                    self.assertIn(reply.status, (400, 404), reply.body)
        self.assertGreater(tried, 10)

    def test_members_that_nobody_reads(self):
        tried = 0
        for operation in self.operations:
            if "requestBody" not in operation.body:
                continue
            who = {"admin": ADMIN_KEY} if "adminKey" in self.security(operation) else {"key": self.key}
            content = operation.body["requestBody"]["content"]["application/json"]
            schema = self.document["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[-1]]
            if schema.get("additionalProperties", True) is not False:
                # Variables of templates, and onboardings of clients that send more than is asked.
                self.assertIn(operation.id, ("run_pipeline", "create_backfill", "dryrun_tenant", "onboard_tenant", "onboard_customer"))
                continue
            with self.subTest(operation.id):
                tried += 1
                body = {**content["example"], "no_such_member": 1}
                reply = self.ask(operation, data=json.dumps(body).encode(), **who)
                if operation.id == "update_webhook":  # that is looked for first
                    self.assertEqual(reply.status, 404, reply.body)
                    continue
                self.assertEqual(reply.status, 400, reply.body)
                details = reply.json["details"]
                self.assertIn("no_such_member", [error["field"] for error in details.get("errors", [details])])
        self.assertGreater(tried, 7)

    def test_path_parts_that_cannot_be(self):
        for operation in self.operations:
            if not operation.parameters or operation.body["tags"] == ["service"]:
                continue
            who = {"admin": ADMIN_KEY} if "adminKey" in self.security(operation) else {"key": self.key}
            if {"adminKey", "tenantKey"} <= self.security(operation):
                who["key"] = self.key
            for name in operation.parameters:
                if name == "tenant_id":
                    continue
                for value in ("a%20b", "a%2Fb", "%2e%2e", "x" * 65, "a%00", "%ff"):
                    with self.subTest(f"{operation.id} {name}={value}"):
                        path = self.path_of(operation, **{name: value})
                        self.assertEqual(self.ask(operation, path=path, data=self.body_of(operation), **who).status, 400)

    def test_a_wrong_method_names_the_right_ones(self):
        for operation in self.operations:
            with self.subTest(operation.id):
                connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
                connection.request("TRACE", self.path_of(operation))
                reply = connection.getresponse()
                reply.read()
                connection.close()
                self.assertEqual(reply.status, 405)
                self.assertIn(operation.method.upper(), reply.getheader("Allow"))

    def test_every_get_has_its_head(self):
        for operation in self.operations:
            if operation.method != "get" or operation.id.endswith("_events"):
                continue
            with self.subTest(operation.id):
                who = {"X-Admin-Key": ADMIN_KEY} if "adminKey" in self.security(operation) else {"X-API-Key": self.key}
                got = self.server.exchange("GET", self.path_of(operation), headers=who)
                head = self.server.exchange("HEAD", self.path_of(operation), headers=who)
                self.assertEqual((head.status, head.body), (got.status, b""))


if __name__ == "__main__":
    unittest.main(verbosity=int(os.environ.get("FLOW_VERBOSITY", "2")))
