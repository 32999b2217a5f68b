import Settings

/// A tool: what it is called, what it takes and gives, and what it does.
struct MCPTool: Sendable {
  typealias Progress = @Sendable (_ fraction: Double, _ message: String) -> Void
  typealias Run =
    @Sendable (_ arguments: JSONValue, _ rest: MCPRest, _ progress: Progress)
    async throws -> (value: JSONValue, links: [JSONValue])

  enum Effect: Sendable {
    case reads
    /// Done twice is as done once.
    case changes
    /// Queues work that may cost credits.
    case spends
  }

  let name, summary: String
  let effect: Effect
  /// Properties of the arguments, and which must be there.
  let input: [(key: String, value: JSONValue)]
  let required: [String]
  /// Properties of the result.
  let output: [(key: String, value: JSONValue)]
  /// Names files of this machine, and so is only for those who sit at it.
  var isLocal = false
  let run: Run

  init(
    _ name: String, _ summary: String, _ effect: Effect,
    input: [(key: String, value: JSONValue)] = [], required: [String] = [],
    output: [(key: String, value: JSONValue)], run: @escaping Run
  ) {
    (self.name, self.summary, self.effect) = (name, summary, effect)
    self.input =
      effect == .spends
      ? input + [("idempotencyKey", Self.text("The same key twice is done once"))] : input
    (self.required, self.output, self.run) = (required, output, run)
  }

  /// As it is listed.
  var description: JSONValue {
    [
      "name": .string(name), "description": .string(summary),
      "inputSchema": [
        "type": "object", "properties": .object(input),
        "required": .array(required.map { .string($0) }), "additionalProperties": false,
      ],
      "outputSchema": ["type": "object", "properties": .object(output)],
      "annotations": [
        "readOnlyHint": .bool(effect == .reads), "destructiveHint": false,
        "idempotentHint": .bool(effect != .spends), "openWorldHint": false,
      ],
    ]
  }

  /// Throws where arguments are not those of the schema; what they hold is checked where it is used.
  func check(_ arguments: JSONValue) throws {
    guard let given = arguments.object else {
      throw MCPProblem(code: "invalid_request", "arguments is an object")
    }
    for (key, value) in given {
      guard let schema = input.first(where: { $0.key == key })?.value else {
        throw MCPProblem(code: "invalid_request", "\(name) takes no \"\(key.prefix(40))\"")
      }
      let fits =
        switch schema["type"]?.string {
        case "string": value.string != nil
        case "integer":
          value.int.map { number in
            number >= schema["minimum"]?.int ?? .min && number <= schema["maximum"]?.int ?? .max
          } ?? false
        case "array": value.array != nil
        case "object": value.object != nil
        default: true
        }
      guard fits else {
        throw MCPProblem(
          code: "invalid_request", "\(key) does not fit its schema: \(schema.text())")
      }
    }
    if let missing = required.first(where: { arguments[$0] == nil }) {
      throw MCPProblem(code: "invalid_request", "\"\(missing)\" is missing")
    }
  }

  func forLocalUse() -> MCPTool {
    var tool = self
    tool.isLocal = true
    return tool
  }

  /// An id as a part of a path; what is none leads nowhere.
  static func path(_ value: JSONValue?) -> String {
    let id = value?.string ?? ""
    let isPlain = !id.isEmpty && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return isPlain ? id : "none"
  }

  /// Arguments of lists, and how they stand in a query.
  static let page: [(key: String, value: JSONValue)] = [
    ("limit", whole(1...100, "How many")),
    ("offset", whole(0...1_000_000_000, "How many are passed over")),
  ]

  static func page(_ arguments: JSONValue) -> [(name: String, value: String)] {
    page.compactMap { name, _ in arguments[name]?.int.map { (name, "\($0)") } }
  }

  static func text(_ help: String) -> JSONValue {
    ["type": "string", "description": .string(help)]
  }

  static func whole(_ range: ClosedRange<Int>, _ help: String) -> JSONValue {
    [
      "type": "integer", "minimum": .integer(range.lowerBound),
      "maximum": .integer(range.upperBound), "description": .string(help),
    ]
  }

  static func list(_ items: JSONValue, _ help: String) -> JSONValue {
    ["type": "array", "items": items, "description": .string(help)]
  }
}
