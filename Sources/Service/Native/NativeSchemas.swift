import Operations
import Settings

/// What the native API takes and gives, as JSON schemas.
enum NativeSchemas {
  static let page: [(name: String, schema: JSONValue)] = [
    ("limit", JSONSchema.whole(1, 100)), ("offset", JSONSchema.whole(0, 1_000_000_000)),
  ]

  /// A verb with the options that a stranger may set.
  static let order: JSONValue = [
    "oneOf": .array(
      NativeJobs.formats.sorted { $0.key < $1.key }.compactMap { name, formats in
        Catalogue.verb(named: name).map { one($0, formats) }
      })
  ]

  private static func one(_ verb: AnyVerb, _ formats: [String]) -> JSONValue {
    var properties: [(key: String, value: JSONValue)] = [
      ("kind", ["const": .string(verb.name)]),
      (
        verb.name == "reconstruct" ? "pictures" : "inputs",
        JSONSchema.list(
          JSONSchema.text,
          verb.inputCount.lowerBound...min(100, verb.inputCount.upperBound))
      ),
      (
        "webhook",
        JSONSchema.object(
          ["url": JSONSchema.text(1...2048), "mode": JSONSchema.choice(["terminal", "sync"])],
          required: ["url"], isClosed: true)
      ),
      (
        "params",
        [
          "type": "object", "additionalProperties": false,
          "properties": .object(NativeJobs.options(of: verb).map { ($0.key, $0.schema) }),
        ]
      ),
    ]
    if !formats.isEmpty {
      properties.append(("format", ["enum": .array(formats.map { .string($0) })]))
    }
    return [
      "type": "object", "additionalProperties": false,
      "required": ["kind", .string(verb.name == "reconstruct" ? "pictures" : "inputs")],
      "properties": .object(properties),
    ]
  }

  static let job: JSONValue = [
    "type": "object", "required": ["jobId", "kind", "state", "progress", "outputs"],
    "properties": [
      "jobId": ["type": "string"], "kind": ["type": "string"],
      "state": ["enum": ["queued", "running", "succeeded", "failed", "cancelled", "expired"]],
      "progress": JSONSchema.whole(0, 100), "outputs": ["type": "array"],
    ],
  ]

  static let jobs: JSONValue = [
    "type": "object", "required": ["jobs", "total"],
    "properties": ["jobs": ["type": "array", "items": job], "total": ["type": "integer"]],
  ]
}
