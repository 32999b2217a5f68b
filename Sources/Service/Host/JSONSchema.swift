import Settings

/// JSON schemas of requests and answers, as OpenAPI shows them.
enum JSONSchema {
  static let text: JSONValue = ["type": "string"]
  static let whole: JSONValue = ["type": "integer"]
  static let number: JSONValue = ["type": "number"]
  static let truth: JSONValue = ["type": "boolean"]
  static let file: JSONValue = ["type": "string", "format": "binary"]
  static let anyObject: JSONValue = ["type": "object"]

  static func whole(_ least: Int, _ most: Int) -> JSONValue {
    ["type": "integer", "minimum": .integer(least), "maximum": .integer(most)]
  }

  static func number(_ least: Double, _ most: Double) -> JSONValue {
    ["type": "number", "minimum": .number(least), "maximum": .number(most)]
  }

  static func text(_ length: ClosedRange<Int>) -> JSONValue {
    [
      "type": "string", "minLength": .integer(length.lowerBound),
      "maxLength": .integer(length.upperBound),
    ]
  }

  static func choice(_ words: [String]) -> JSONValue {
    ["type": "string", "enum": .array(words.map { .string($0) })]
  }

  static func list(_ items: JSONValue, _ count: ClosedRange<Int>? = nil) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [("type", "array"), ("items", items)]
    if let count {
      members += [
        ("minItems", .integer(count.lowerBound)), ("maxItems", .integer(count.upperBound)),
      ]
    }
    return .object(members)
  }

  /// The same value, or null.
  static func optional(_ schema: JSONValue) -> JSONValue { ["anyOf": [schema, ["type": "null"]]] }

  static func object(
    _ properties: KeyValuePairs<String, JSONValue>, required: [String] = [], isClosed: Bool = false
  ) -> JSONValue {
    object(properties.map { ($0.key, $0.value) }, required: required, isClosed: isClosed)
  }

  static func object(
    _ properties: [(key: String, value: JSONValue)], required: [String] = [],
    isClosed: Bool = false
  ) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("type", "object"), ("properties", .object(properties)),
      ("required", .array(required.map { .string($0) })),
    ]
    if isClosed { members.append(("additionalProperties", false)) }
    return .object(members)
  }
}
