import Foundation
import Settings
import Testing

@testable import HTTP
@testable import Service

/// Jobs of any verb, their events, signed links, and MCP without a client.
struct NativeTests {
  private static func order(_ service: TestService, _ model: String) async -> TestService.Answer {
    await service.ask(
      "POST", "/maquette/v1/jobs",
      json: [
        "kind": "decimate", "inputs": [.string(model)], "params": ["ratio": 0.5], "format": "stl",
      ])
  }

  private static let job = """
    echo x > decimate.stl; echo '{"ready":"decimate.stl"}'
    echo '{"done":{"decimate":{"triangles":6}}}'
    """

  @Test func aVerbRunsAndItsFileIsThere() async throws {
    let service = try TestService(script: Self.job)
    #expect(await service.ask("GET", "/metrics", key: "").status == 401)
    let model = await service.upload()
    let made = await Self.order(service, model)
    #expect(made.status == 201 && made.json["state"]?.string == "queued")
    let path = "/maquette/v1/jobs/\(made.json["jobId"]?.string ?? "")"
    let early = await service.ask("GET", path + "/outputs/decimate.stl")
    #expect(early.status == 409 && early.json["code"]?.string == "not_ready")
    try service.work()
    let done = await service.ask("GET", path + "?wait=50")
    #expect(done.json["state"]?.string == "succeeded")
    #expect(done.json["result"]?["triangles"]?.int == 6)
    let file = await service.ask("GET", path + "/outputs/decimate.stl")
    #expect(file.status == 200 && file.response.header("Content-Type") == "model/stl")
    #expect(
      await service.ask("GET", path + "/outputs/other.stl").json["code"]?.string
        == "output_not_found")
    #expect(await service.ask("DELETE", path).status == 409)
    #expect(await service.ask("GET", "/maquette/v1/jobs").json["total"]?.int == 1)
  }

  @Test func aJobThatWaitsIsCancelled() async throws {
    let service = try TestService()
    let made = await Self.order(service, await service.upload())
    let path = "/maquette/v1/jobs/\(made.json["jobId"]?.string ?? "")"
    #expect(await service.ask("DELETE", path).status == 204)
    #expect(await service.ask("GET", path).json["state"]?.string == "cancelled")
    #expect(try service.audit().isEmpty)
  }

  /// Options that name files of this machine are none of a stranger's.
  @Test(
    arguments: [
      "{\"kind\":\"sample\"}", "{\"kind\":\"decimate\"}", "{\"kind\":\"decimate\",\"inputs\":[1]}",
      "{\"kind\":\"decimate\",\"inputs\":[\"M\"],\"format\":\"exe\"}",
      "{\"kind\":\"decimate\",\"inputs\":[\"M\"],\"params\":{\"ratio\":2}}",
      "{\"kind\":\"repair\",\"inputs\":[\"M\"],\"params\":{\"report\":\"/etc/passwd\"}}",
      "{\"kind\":\"turntable\",\"inputs\":[\"M\"],\"params\":{\"web\":\"x.mp4\"}}",
      "{\"kind\":\"render\",\"inputs\":[\"M\"],\"params\":{\"environment\":\"/etc/passwd\"}}",
      "{\"kind\":\"dataset\",\"inputs\":[\"M\"],\"params\":{\"hdf5\":\"/tmp/x.h5\"}}",
      "{\"kind\":\"inspect\",\"inputs\":[\"M\"],\"params\":{\"require\":\"x\"}}", "{}",
    ]) func ordersOutOfRangeAreRefused(_ text: String) async throws
  {
    let service = try TestService { $0.billing = .off }
    let model = await service.upload()
    let answer = await service.ask(
      "POST", "/maquette/v1/jobs", text: text.replacingOccurrences(of: "M", with: model))
    #expect(answer.status == 400)
    #expect(answer.response.header("Content-Type") == "application/problem+json")
  }

  @Test func rendersAreNotHadForNothingWhereTheyAreCharged() async throws {
    let service = try TestService()
    let order: JSONValue = ["kind": "turntable", "inputs": [.string(await service.upload())]]
    #expect(await service.ask("POST", "/maquette/v1/jobs", json: order).status == 403)
  }

  /// What was lent where nothing is charged is not there once it is.
  @Test func nothingIsMintedWhereNothingIsCharged() async throws {
    let service = try TestService(credits: 5) { $0.billing = .off }
    let model = await service.upload()
    _ = await service.ask("POST", "/v1/renders", json: ["modelId": .string(model)])
    #expect(await service.ask("DELETE", "/v1/models/\(model)").status == 204)
    let held = try service.core.store.read {
      try $0.first("SELECT balance FROM wallet") { $0.int(0) }
    }
    #expect(held == 5)
    #expect(try service.audit().isEmpty)
  }

  @Test func eventsEndWithTheJob() async throws {
    let service = try TestService(script: Self.job)
    let made = await Self.order(service, await service.upload())
    let path = "/maquette/v1/jobs/\(made.json["jobId"]?.string ?? "")/events"
    let answer = await service.ask("GET", path)
    guard case .stream(let stream) = answer.response.content else {
      Issue.record("no stream")
      return
    }
    try service.work()
    var text = ""
    for _ in 0..<3000 where !text.contains("event: done") {
      if case .bytes(let bytes) = stream.take(1 << 16, beforeWaiting: {}, wake: {}) {
        text += String(decoding: bytes, as: UTF8.self)
      } else {
        try await Task.sleep(for: .milliseconds(50))
      }
    }
    #expect(text.contains("event: done\ndata: {") && text.contains("succeeded"))
  }

  @Test func signedLinksRunOutAndAreNotForged() async throws {
    let service = try TestService()
    let model = await service.upload("x")
    let blob = try service.core.store.read { database in
      try database.first("SELECT original FROM model WHERE id = ?", [.text(model)]) { $0.text(0) }
        ?? ""
    }
    let output = Job.Output(role: "", blob: blob, name: "a.b.glb", mediaType: "", bytes: 5)
    let token = service.core.links.token(output, seconds: 60)
    let file = await service.ask("GET", "/files/\(token)", key: "")
    #expect(file.status == 200 && file.json.string == "glTFx")
    let old = service.core.links.token(output, seconds: -1)
    let forged = token.replacingOccurrences(of: blob, with: String(repeating: "0", count: 64))
    for wrong in [forged, token + "0", "x", "a.b.c.d"] {
      #expect(await service.ask("GET", "/files/\(wrong)", key: "").status == 404)
    }
    #expect(await service.ask("GET", "/files/\(old)", key: "").status == 410)
  }

  @Test func healthAndMetricsAreTold() async throws {
    let service = try TestService()
    _ = await service.upload()
    #expect(await service.ask("GET", "/healthz", key: "").status == 200)
    let lonely = await service.ask("GET", "/readyz", key: "")
    #expect(lonely.status == 503 && lonely.json["troubles"]?.array?.count == 1)
    try service.core.store.writeNow { try Workers.sign(LeaseOwner.here(), $0) }
    #expect(await service.ask("GET", "/readyz", key: "").json["status"]?.string == "ready")
    // They tell of all accounts: an account's own key does not see them.
    #expect(await service.ask("GET", "/metrics").status == 403)
    let key = try service.core.store.writeNow {
      try APIKeys.make($0, account: "ops", label: "prometheus", scopes: [APIKeys.metricsScope])
    }
    let text = await service.ask("GET", "/metrics", key: key).json.string ?? ""
    #expect(text.contains("route=\"/v1/models\",status=\"201\",le=\"+Inf\"} 1"))
    #expect(text.contains("maquette_jobs{state=\"queued\",kind=\"preview\"} 1"))
  }

  // MARK: MCP

  private static let meta: JSONValue = [
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": [:],
  ]

  private static func message(_ method: String, _ parameters: JSONValue = .object([])) -> JSONValue
  {
    ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": parameters]
  }

  @Test func everyToolIsDescribedAndItsResultsFit() async throws {
    let service = try TestService()
    _ = await service.upload()
    let answer = await service.ask("POST", "/mcp", json: Self.message("tools/list"))
    let tools = answer.json["result"]?["tools"]?.array ?? []
    #expect(tools.count == MCPTools.all.count { !$0.isLocal } - 1)
    for tool in tools {
      #expect(tool["inputSchema"]?["additionalProperties"]?.bool == false)
      #expect(tool["outputSchema"]?["type"]?.string == "object")
      #expect(tool["annotations"]?["destructiveHint"]?.bool == false)
    }
    for (name, arguments): (String, JSONValue) in [
      ("get_account", [:]), ("list_models", [:]), ("quote", ["renders": [[:]]]), ("list_jobs", [:]),
    ] {
      let called = await service.ask(
        "POST", "/mcp",
        json: Self.message("tools/call", ["name": .string(name), "arguments": arguments]))
      let result = called.json["result"]
      #expect(result?["isError"]?.bool == false)
      let schema = tools.first { $0["name"]?.string == name }?["outputSchema"]?["properties"]
      for (key, type) in schema?.object ?? [] {
        let value = result?["structuredContent"]?[key]
        switch type["type"]?.string {
        case "integer": #expect(value?.int != nil)
        case "array": #expect(value?.array != nil)
        case "boolean": #expect(value?.bool != nil)
        default: #expect(value != nil)
        }
      }
    }
  }

  @Test(
    arguments: [
      ("", -32600), ("{", -32700), ("[]", -32600), ("{\"jsonrpc\":\"2.0\"}", -32600),
      ("{\"jsonrpc\":\"1.0\",\"method\":\"ping\",\"id\":1}", -32600),
      ("{\"jsonrpc\":\"2.0\",\"method\":\"nothing\",\"id\":1}", -32601),
      ("{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"id\":[]}", -32600),
      ("{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",\"id\":1}", -32602),
      (
        "{\"jsonrpc\":\"2.0\",\"method\":\"resources/read\",\"id\":1,\"params\":{\"uri\":\"x\"}}",
        -32002
      ),
    ]) func faultsHaveTheirNumbers(_ text: String, _ code: Int) async throws
  {
    let service = try TestService()
    let answer = await service.ask("POST", "/mcp", text: text)
    #expect(answer.json["error"]?["code"]?.int == code)
  }

  @Test func theStatelessGenerationChecksItsHeaders() async throws {
    let service = try TestService()
    let message = Self.message("tools/call", ["_meta": Self.meta, "name": "get_account"])
    let right = [
      "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "get_account",
    ]
    let answer = await service.ask("POST", "/mcp", json: message, headers: right)
    #expect(answer.status == 200 && answer.json["result"]?["resultType"]?.string == "complete")
    for (name, value) in [
      ("mcp-method", "tools/list"), ("mcp-name", "quote"), ("mcp-protocol-version", "2025-11-25"),
    ] {
      var wrong = right
      wrong[name] = value
      let answer = await service.ask("POST", "/mcp", json: message, headers: wrong)
      #expect(answer.status == 400 && answer.json["error"]?["code"]?.int == -32020)
    }
    var encoded = right
    encoded["mcp-name"] = "=?base64?\(Data("get_account".utf8).base64EncodedString())?="
    #expect(await service.ask("POST", "/mcp", json: message, headers: encoded).status == 200)
    let future: JSONValue = [
      "_meta": [
        "io.modelcontextprotocol/protocolVersion": "2099-01-01",
        "io.modelcontextprotocol/clientCapabilities": [:],
      ]
    ]
    let unsupported = await service.ask(
      "POST", "/mcp", json: Self.message("tools/list", future),
      headers: ["mcp-protocol-version": "2099-01-01", "mcp-method": "tools/list"])
    #expect(unsupported.status == 400 && unsupported.json["error"]?["code"]?.int == -32022)
    #expect(unsupported.json["error"]?["data"]?["requested"]?.string == "2099-01-01")
  }

  @Test func notificationsAndOtherMethodsAreAnsweredAsTheyShould() async throws {
    let service = try TestService()
    let note: JSONValue = ["jsonrpc": "2.0", "method": "notifications/initialized"]
    #expect(await service.ask("POST", "/mcp", json: note).status == 202)
    #expect(await service.ask("GET", "/mcp").status == 405)
    #expect(await service.ask("DELETE", "/mcp").status == 405)
    let page = await service.ask(
      "POST", "/mcp", json: Self.message("ping"), headers: ["origin": "http://evil.example"])
    #expect(page.status == 403)
    let hello = await service.ask(
      "POST", "/mcp", json: Self.message("initialize", ["protocolVersion": "2025-06-18"]))
    #expect(hello.json["result"]?["protocolVersion"]?.string == "2025-06-18")
    // A key that only reads spends nothing through a tool either.
    let reader = try service.makeKey("acme", scopes: ["read"])
    let spending = await service.ask(
      "POST", "/mcp",
      json: Self.message(
        "tools/call",
        ["name": "create_render", "arguments": ["modelId": "x", "renderSettings": [:]]]),
      key: reader)
    #expect(spending.json["result"]?["isError"]?.bool == true)
    #expect(spending.json["result"]?["structuredContent"]?["error"]?["code"]?.string == "forbidden")
  }

  /// The header that makes any other POST safe to repeat makes a tool's call safe too.
  @Test func aRepeatedCallOfAToolIsDoneOnce() async throws {
    let service = try TestService()
    let model = await service.upload()
    let message = Self.message(
      "tools/call",
      [
        "name": "create_render",
        "arguments": ["modelId": .string(model), "renderSettings": ["length": 3]],
      ])
    let before = await service.credits()
    for _ in 0..<2 {
      let answer = await service.ask(
        "POST", "/mcp", json: message, headers: ["idempotency-key": "once"])
      #expect(answer.status == 200 && answer.json["result"]?["isError"] != true, "\(answer.json)")
    }
    #expect(await service.credits() == before - 1)
  }

  /// A key makes none that outlives it, and an account has a limit of them.
  @Test func keysGiveNoMoreThanTheyHave() async throws {
    let service = try TestService()
    let end = Clock.now() + 3_600_000
    let short = try service.core.store.writeNow {
      try APIKeys.make($0, account: "brief", label: "x", expires: end)
    }
    let made = await service.ask(
      "POST", "/maquette/v1/keys", json: ["name": "y", "scopes": ["admin"]], key: short)
    #expect(made.status == 201)
    let other = try #require(made.json["key"]?.string)
    let principal = try service.core.store.read { try APIKeys.principal($0, secret: other) }
    #expect(principal?.expires == end)
    try service.core.store.writeNow { database in
      for _ in 0..<APIKeys.most { _ = try APIKeys.make(database, account: "brief", label: "z") }
    }
    let late = await service.ask(
      "POST", "/maquette/v1/keys", json: ["name": "y", "scopes": ["admin"]], key: short)
    #expect(late.status == 429 || late.status == 403 || late.status == 402, "\(late.status)")
  }
}
