import Access
import Bytes
import Releases

/// The gateway described for programs: OpenAPI 3.1, exactly the routes there are. What each result takes is told by
/// `GET /v1/results`, to those who hold a grant for it.
enum GatewayDocument {
  static let json: JSON = [
    "openapi": "3.1.0",
    "info": [
      "title": "Doorsill gateway", "version": "1",
      "summary": "Computed results over data that stay inside 开放不出门",
      "description":
        "Every call needs a client certificate (mutual TLS 1.3), and all but the first POST /v1/keys an API key bound to it. Answers of results carry a signed receipt in Doorsill-Receipt. Errors are problem documents (RFC 9457) with a stable code.",
      "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
    ],
    "servers": [["url": "/"]],
    "security": [["certificate": [], "key": []]],
    "paths": [
      "/v1/me": [
        "get": operation(
          "me", "Your certificate, key, grants and what is left of them", ["200": answer("Account")])
      ],
      "/v1/results": [
        "get": operation(
          "results", "The results you may call, and what each of them takes", ["200": answer("Results")])
      ],
      "/v1/results/{dataset}/{result}": [
        "parameters": [path("dataset"), path("result"), reference("parameters", "Purpose")],
        "get": statistic, "post": tuples,
      ],
      "/v1/receipts/{index}": [
        "get": operation(
          "receipt", "Proof that an answer of yours is in the log, as C2SP tlog-proof",
          ["200": ["description": "The proof", "content": ["text/plain": ["schema": ["type": "string"]]]]],
          parameters: [path("index", ["type": "integer", "minimum": 0])])
      ],
      "/v1/keys": [
        "post": operation(
          "makeKey",
          "A new API key for your certificate, shown once. The first needs the certificate alone; there are at most \(AccessStore.keysPerCertificate)",
          [
            "201": answer("Key"),
            "409": problem("There are \(AccessStore.keysPerCertificate) live keys already"),
          ], security: [["certificate": []], ["certificate": [], "key": []]])
      ],
      "/v1/keys/{id}": [
        "delete": operation(
          "revokeKey", "Revokes a key of your own, at once", ["204": ["description": "It is revoked"]],
          parameters: [path("id")])
      ],
      "/openapi.json": [
        "get": operation(
          "document", "This document",
          [
            "200": [
              "description": "OpenAPI 3.1", "content": ["application/json": ["schema": ["type": "object"]]],
            ]
          ],
          security: [["certificate": []]])
      ],
    ],
    "components": [
      "securitySchemes": [
        "certificate": [
          "type": "mutualTLS", "description": "A client certificate that the portal has registered",
        ],
        "key": [
          "type": "http", "scheme": "bearer", "description": "An API key dsk_…, bound to the certificate",
        ],
      ],
      "parameters": [
        "Purpose": [
          "name": "Doorsill-Purpose", "in": "header", "required": false, "schema": ["type": "string"],
          "description": "Which purpose, where you hold grants for several",
        ],
        "DryRun": [
          "name": "dry_run", "in": "query", "required": false, "schema": ["type": "boolean"],
          "description": "Only tell what would happen; gives no answer and costs nothing",
        ],
      ],
      "headers": [
        "Receipt": [
          "description":
            "A JWS (Ed25519) over hashes of request and answer, release, protection, parties and place in the log",
          "schema": ["type": "string"],
        ]
      ],
      "responses": [
        "Problem": [
          "description": "Why there is no answer",
          "content": ["application/problem+json": ["schema": reference("schemas", "Problem")]],
        ]
      ],
      "schemas": .object(GatewaySchemas.all),
    ],
  ]

  // MARK: Operations

  private static let statistic = operation(
    "statistic", "Cells of a statistic, listed and never merged",
    [
      "200": receipted([
        "application/json": ["schema": reference("schemas", "Cells")],
        "text/csv": ["schema": ["type": "string"]], "image/svg+xml": ["schema": ["type": "string"]],
      ])
    ],
    parameters: [
      [
        "name": "select", "in": "query", "required": false, "schema": ["type": "string"],
        "description": "Declared dimensions and values, with commas",
      ],
      [
        "name": "format", "in": "query", "required": false,
        "schema": ["type": "string", "enum": JSON(ResultQuery.Format.allCases.map(\.rawValue))],
      ],
      reference("parameters", "DryRun"),
      [
        "name": "dimensions", "in": "query", "required": false, "style": "form", "explode": true,
        "description": "For a dimension: eq.CODE, or in.(CODE,CODE) to list several cells",
        "schema": ["type": "object", "additionalProperties": ["type": "string"]],
      ],
    ])

  private static let tuples = operation(
    "tuples", "Checks one tuple, or a batch of up to \(TupleCall.most), against a verify or score",
    [
      "200": receipted([
        "application/json": [
          "schema": ["oneOf": [reference("schemas", "Checked"), reference("schemas", "CheckedBatch")]]
        ]
      ]), "413": problem("The body is too long"), "415": problem("The body is not sent as JSON"),
    ], parameters: [reference("parameters", "DryRun")],
    body: ["oneOf": [reference("schemas", "Tuple"), reference("schemas", "Batch")]])

  /// An operation with the problems every call can meet.
  private static func operation(
    _ id: String, _ summary: String, _ responses: JSON, parameters: [JSON] = [], body: JSON? = nil,
    security: JSON? = nil
  ) -> JSON {
    var members: [JSON.Member] = [.init("operationId", .string(id)), .init("summary", .string(summary))]
    if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
    if let body {
      members.append(
        .init("requestBody", ["required": true, "content": ["application/json": ["schema": body]]]))
    }
    if let security { members.append(.init("security", security)) }
    let others: [JSON.Member] = ["400", "401", "403", "404", "405", "429", "503"].map {
      .init($0, reference("responses", "Problem"))
    }
    members.append(.init("responses", .object((responses.members ?? []) + others)))
    return .object(members)
  }

  private static func answer(_ schema: String) -> JSON {
    [
      "description": .string(schema),
      "content": ["application/json": ["schema": reference("schemas", schema)]],
    ]
  }

  private static func receipted(_ content: JSON) -> JSON {
    [
      "description": "The answer, with its receipt",
      "headers": ["Doorsill-Receipt": reference("headers", "Receipt")], "content": content,
    ]
  }

  private static func problem(_ description: String) -> JSON {
    [
      "description": .string(description),
      "content": ["application/problem+json": ["schema": reference("schemas", "Problem")]],
    ]
  }

  private static func path(_ name: String, _ schema: JSON = ["type": "string"]) -> JSON {
    ["name": .string(name), "in": "path", "required": true, "schema": schema]
  }

  private static func reference(_ kind: String, _ name: String) -> JSON {
    ["$ref": .string("#/components/\(kind)/\(name)")]
  }
}
