import Foundation
import HTTP
import Settings

/// `POST /mcp`: one message in; an answer, or a stream of news that ends in it.
enum MCPOverHTTP {
  static let path = "/mcp"

  @Sendable static func post(_ call: Call) async throws -> Outcome {
    guard let principal = call.principal, let dispatch = call.dispatch else {
      throw ServiceProblem(.unauthorized, "an API key is needed")
    }
    if let origin = call.request.head.headers["origin"], origin != call.core.publicURL {
      throw ServiceProblem(.forbidden, "requests from pages of \(origin.prefix(80)) are not taken")
    }
    guard case .bytes(let bytes) = call.request.body else {
      return .answer(fault(.invalid("the request has no body"), id: nil))
    }
    let message: JSONRPC.Message
    do {
      message = try JSONRPC.message(bytes)
      try checkHeaders(message, call.request.head.headers)
      if MCPServer.isModern(message) { try MCPServer.checkMeta(message) }
    } catch let error as JSONRPC.Fault {
      let id = (try? JSONText.parse(bytes))?["id"]
      return .answer(fault(error, id: id))
    }
    guard message.id != nil else { return .answer(Response(status: 202)) }
    let server = MCPServer(
      rest: MCPRest(
        dispatch: dispatch, principal: principal,
        idempotencyKey: call.request.head.headers["idempotency-key"]))
    let wantsNews = message.parameters["_meta"]?["progressToken"] != nil
    guard wantsNews, call.request.head.headers["accept"]?.contains("text/event-stream") == true
    else {
      let answer = await server.answer(message) { _ in }
      return .answer(response(answer ?? .null, isModern: MCPServer.isModern(message)))
    }
    let stream = ResponseStream()
    let work = Task {
      let answer = await server.answer(message) { news in
        stream.send("event: message\ndata: \(news.text())\n\n")
      }
      stream.send("event: message\ndata: \((answer ?? .null).text())\n\n")
      stream.finish()
    }
    // Who goes away waits for nothing any more.
    Task {
      var quiet = 0
      while !stream.isFinished {
        try await Task.sleep(for: .seconds(1))
        quiet += 1
        if quiet % 15 == 0 { stream.send(": still here\n\n") }
      }
      work.cancel()
    }
    return .answer(
      Response(
        status: 200,
        headers: [("Content-Type", "text/event-stream"), ("X-Accel-Buffering", "no")],
        content: .stream(stream)))
  }

  private static func response(_ answer: JSONValue, isModern: Bool) -> Response {
    // The stateless generation wants an unknown method to be a 404 as well.
    let isUnknown = answer["error"]?["code"]?.int == -32601
    return JSONText.response(isModern && isUnknown ? 404 : 200, answer)
  }

  private static func fault(_ fault: JSONRPC.Fault, id: JSONValue?) -> Response {
    JSONText.response(fault.status == 200 ? 400 : fault.status, JSONRPC.error(fault, id: id))
  }

  /// What proxies read in headers must be what is in the body.
  private static func checkHeaders(
    _ message: JSONRPC.Message, _ headers: [String: String]
  ) throws {
    let version = headers["mcp-protocol-version"]
    guard MCPServer.isModern(message) else {
      if version == MCPServer.modern {
        throw JSONRPC.Fault(
          code: -32020, message: "the header MCP-Protocol-Version is not what the body says",
          status: 400)
      }
      if let version, !MCPServer.legacy.contains(version) {
        throw JSONRPC.Fault(
          code: -32022, message: "the protocol version is not supported",
          data: [
            "supported": .array(MCPServer.versions.map { .string($0) }),
            "requested": .string(version),
          ], status: 400)
      }
      return
    }
    func mismatch(_ name: String) -> JSONRPC.Fault {
      JSONRPC.Fault(
        code: -32020, message: "the header \(name) is missing or not what the body says",
        status: 400)
    }
    let meta = message.parameters["_meta"]
    if let said = meta?["io.modelcontextprotocol/protocolVersion"]?.string, said != version {
      throw mismatch("MCP-Protocol-Version")
    }
    guard decoded(headers["mcp-method"]) == message.method else { throw mismatch("Mcp-Method") }
    let names = ["tools/call": "name", "resources/read": "uri", "prompts/get": "name"]
    if let key = names[message.method],
      decoded(headers["mcp-name"]) != message.parameters[key]?.string
    {
      throw mismatch("Mcp-Name")
    }
  }

  /// What does not fit a header comes as `=?base64?...?=`.
  private static func decoded(_ header: String?) -> String? {
    guard let header, header.hasPrefix("=?base64?"), header.hasSuffix("?=") else { return header }
    let text = header.dropFirst("=?base64?".count).dropLast(2)
    return Data(base64Encoded: String(text)).map { String(decoding: $0, as: UTF8.self) }
  }
}
