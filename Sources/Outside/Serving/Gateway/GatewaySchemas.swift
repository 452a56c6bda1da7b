import Bytes

/// The shapes of bodies in the gateway's OpenAPI document (JSON Schema 2020-12).
enum GatewaySchemas {
  static let all: [JSON.Member] = [
    .init(
      "Problem",
      object(
        [
          ("type", text), ("title", text), ("status", integer), ("detail", text), ("code", text),
          ("hint", text),
          ("pointer", text),
        ], required: ["type", "title", "status"])),
    .init(
      "Account",
      object(
        [
          ("client", text), ("name", text), ("key", ["type": "object"]), ("certificate", ["type": "object"]),
          ("grants", list(["type": "object"])),
        ], required: ["client", "name", "key", "certificate", "grants"])),
    .init("Results", object([("results", list(reference("Result")))], required: ["results"])),
    .init(
      "Result",
      object(
        [
          ("dataset", text), ("result", text), ("kind", ["enum": ["statistic", "verify", "score"]]),
          ("title", text), ("level", text), ("profile", text), ("href", text), ("tables", list(list(text))),
          ("columns", list(text)), ("subject", list(reference("Field"))),
          ("claims", list(reference("Field"))),
          ("values", list(text)), ("meaning", text), ("responsible", text), ("needsConsent", boolean),
          ("price", ["type": "object"]), ("example", text),
        ], required: ["dataset", "result", "kind", "title", "level", "profile", "href"])),
    .init(
      "Field",
      object(
        [
          ("name", text), ("title", text), ("form", ["enum": ["text", "date", "number", "boolean"]]),
          ("hint", text),
        ], required: ["name", "title", "form"])),
    .init(
      "Cells",
      object(
        [
          ("dataset", text), ("result", text), ("release", integer), ("cells", list(["type": "object"])),
          ("units", ["type": "object"]), ("band95", ["type": "object"]), ("protection", ["type": "object"]),
          ("note", text),
        ], required: ["dataset", "result", "release"])),
    .init(
      "Tuple",
      object(
        [
          ("fields", ["type": "object", "additionalProperties": ["type": ["string", "number", "boolean"]]]),
          ("consent", ["type": ["string", "null"]]),
        ], required: ["fields"], closed: true)),
    .init(
      "Batch",
      object(
        [
          (
            "batch",
            ["type": "array", "minItems": 1, "maxItems": JSON(TupleCall.most), "items": reference("Tuple")]
          )
        ], required: ["batch"], closed: true)),
    .init(
      "Checked",
      object(
        checked + [("answer", answer), ("text", text), ("value", text), ("reason", text)],
        required: ["dataset", "result", "release"])),
    .init(
      "CheckedBatch",
      object(
        checked + [
          (
            "answers",
            list(
              object(
                [("answer", answer), ("text", text), ("value", text), ("reason", text)],
                required: ["answer", "text"]))
          )
        ], required: ["dataset", "result", "release"])),
    .init(
      "Key",
      object(
        [("id", text), ("key", text), ("expires", text), ("x5t#S256", text)],
        required: ["id", "key", "expires", "x5t#S256"])),
  ]

  private static let text: JSON = ["type": "string"]
  private static let integer: JSON = ["type": "integer"]
  private static let boolean: JSON = ["type": "boolean"]
  private static let answer: JSON = ["enum": ["match", "no-match", "unavailable"]]
  private static let checked: [(String, JSON)] = [
    ("dataset", text), ("result", text), ("release", integer), ("protection", ["type": "object"]),
    ("note", text), ("dryRun", boolean), ("tuples", integer), ("needsConsent", boolean),
    ("remaining", integer),
  ]

  private static func list(_ items: JSON) -> JSON { ["type": "array", "items": items] }

  private static func reference(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }

  private static func object(_ members: [(String, JSON)], required: [String], closed: Bool = false) -> JSON {
    var json: JSON = [
      "type": "object", "properties": .object(members.map { JSON.Member($0.0, $0.1) }),
      "required": JSON(required),
    ]
    if closed { json["additionalProperties"] = false }
    return json
  }
}
