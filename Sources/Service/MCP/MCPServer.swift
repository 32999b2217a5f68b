import Operations
import Settings

/// The Model Context Protocol, both generations: the stateless one (2026-07-28) and those that begin with
/// a handshake (2025-03-26 to 2025-11-25). Nothing is remembered between messages.
struct MCPServer: Sendable {
  static let modern = "2026-07-28"
  static let legacy = ["2025-11-25", "2025-06-18", "2025-03-26"]
  static var versions: [String] { [modern] + legacy }

  /// Tells the caller how far a request is, where it wants to know.
  typealias Notify = @Sendable (JSONValue) -> Void

  let rest: MCPRest
  /// Those that whoever asks may use.
  private var tools: [MCPTool] {
    // What has a price is ordered through a dialect that has one.
    let isFree = rest.dispatch.core.settings.billing == .off
    return MCPTools.all.filter { tool in
      (rest.isLocal || !tool.isLocal) && (isFree || tool.name != UploadTools.imageTo3D.name)
    }
  }

  private static let instructions = """
    Uploads 3D models, renders videos, stills and training datasets of them, and repairs, converts and \
    measures them. Jobs take seconds to minutes: create_render and the *_model tools answer at once with \
    an id; get_render and get_job with waitSeconds follow it.
    """

  private static let info: JSONValue = [
    "name": "maquette", "version": .string(maquetteVersion),
    "title": "Maquette",
  ]

  /// Whether a message is of the stateless generation.
  static func isModern(_ message: JSONRPC.Message) -> Bool {
    message.parameters["_meta"]?["io.modelcontextprotocol/protocolVersion"] != nil
      || message.method == "server/discover"
  }

  /// The answer to a request; nil for a notification.
  func answer(_ message: JSONRPC.Message, _ notify: @escaping Notify) async -> JSONValue? {
    guard let id = message.id else { return nil }
    do {
      let isModern = Self.isModern(message)
      if isModern { try Self.checkMeta(message) }
      let result = try await result(message, isModern, notify)
      guard isModern else { return JSONRPC.result(result, id: id) }
      return JSONRPC.result(
        .object(
          (result.object ?? []) + [
            ("resultType", "complete"),
            ("_meta", ["io.modelcontextprotocol/serverInfo": Self.info]),
          ]), id: id)
    } catch let fault as JSONRPC.Fault {
      return JSONRPC.error(fault, id: id)
    } catch {
      return JSONRPC.error(.internal, id: id)
    }
  }

  /// Throws where a request of the stateless generation lacks what each must carry.
  static func checkMeta(_ message: JSONRPC.Message) throws {
    let meta = message.parameters["_meta"]
    guard let version = meta?["io.modelcontextprotocol/protocolVersion"]?.string else {
      throw JSONRPC.Fault.parameters("_meta lacks io.modelcontextprotocol/protocolVersion")
    }
    guard version == modern else {
      throw JSONRPC.Fault(
        code: -32022, message: "the protocol version is not supported",
        data: [
          "supported": .array(versions.map { .string($0) }), "requested": .string(version),
        ], status: 400)
    }
    guard meta?["io.modelcontextprotocol/clientCapabilities"]?.object != nil else {
      throw JSONRPC.Fault.parameters("_meta lacks io.modelcontextprotocol/clientCapabilities")
    }
  }

  private func result(
    _ message: JSONRPC.Message, _ isModern: Bool, _ notify: @escaping Notify
  ) async throws -> JSONValue {
    func kept(_ value: JSONValue) -> JSONValue {
      guard isModern else { return value }
      return .object(
        (value.object ?? []) + [("ttlMs", .integer(60_000)), ("cacheScope", "private")])
    }
    let parameters = message.parameters
    switch message.method {
    case "server/discover" where isModern:
      return kept([
        "supportedVersions": .array(Self.versions.map { .string($0) }),
        "capabilities": Self.capabilities, "instructions": .string(Self.instructions),
      ])
    case "initialize" where !isModern:
      let asked = parameters["protocolVersion"]?.string ?? ""
      return [
        "protocolVersion": .string(Self.legacy.contains(asked) ? asked : Self.legacy[0]),
        "capabilities": Self.capabilities, "serverInfo": Self.info,
        "instructions": .string(Self.instructions),
      ]
    case "ping" where !isModern: return .object([])
    case "tools/list":
      return kept(["tools": .array(tools.map(\.description))])
    case "tools/call": return try await call(parameters, notify)
    case "resources/list": return kept(["resources": .array([])])
    case "resources/templates/list":
      return kept(["resourceTemplates": .array(MCPResources.templates)])
    case "resources/read":
      guard let uri = parameters["uri"]?.string else {
        throw JSONRPC.Fault.parameters("\"uri\" is missing")
      }
      guard let content = await MCPResources.read(uri, rest) else {
        throw JSONRPC.Fault(
          code: isModern ? -32602 : -32002, message: "there is no resource \(uri.prefix(80))",
          data: ["uri": .string(String(uri.prefix(200)))])
      }
      return kept(["contents": [content]])
    case "prompts/list": return kept(["prompts": .array([])])
    default:
      throw JSONRPC.Fault.unknownMethod(message.method)
    }
  }

  private static let capabilities: JSONValue = ["tools": [:], "resources": [:]]

  private func call(_ parameters: JSONValue, _ notify: @escaping Notify) async throws -> JSONValue {
    guard let name = parameters["name"]?.string,
      let tool = tools.first(where: { $0.name == name })
    else {
      throw JSONRPC.Fault.parameters(
        "there is no tool \((parameters["name"]?.string ?? "").prefix(80))")
    }
    let token = parameters["_meta"]?["progressToken"]
    let progress: MCPTool.Progress = { fraction, message in
      guard let token else { return }
      notify([
        "jsonrpc": "2.0", "method": "notifications/progress",
        "params": [
          "progressToken": token, "progress": .number(fraction), "total": 1,
          "message": .string(message),
        ],
      ])
    }
    let arguments = parameters["arguments"] ?? .object([])
    // What is wrong with arguments, or with what they name, the model itself can mend.
    do {
      try tool.check(arguments)
      let (value, links) = try await tool.run(arguments, rest, progress)
      return [
        "content": .array([["type": "text", "text": .string(value.text())]] + links),
        "structuredContent": value, "isError": false,
      ]
    } catch let problem as MCPProblem {
      return [
        "content": [["type": "text", "text": .string(problem.error.text())]],
        "structuredContent": problem.error, "isError": true,
      ]
    }
  }
}

/// What a tool could not do, as the REST API tells it.
struct MCPProblem: Error, Sendable {
  let error: JSONValue

  init(_ error: JSONValue) { self.error = error }

  init(code: String, _ message: String) {
    error = ["error": ["code": .string(code), "message": .string(message)]]
  }
}
