import Foundation
import Settings
import Testing

@testable import HTTP
@testable import Service

/// Overlays, shared pages, keys, limits: who may see what, how often.
struct AccessTests {
  // MARK: Overlays

  @Test func overlaysLieBehind() async throws {
    let service = try TestService()
    let picture: [UInt8] =
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
      + Array("IHDR".utf8) + [0, 0, 1, 0, 0, 0, 0, 200, 8, 6, 0, 0, 0]
    let form = service.form(picture, name: "g.png", [("layer", "background"), ("name", "Brand")])
    let answer = await service.ask("POST", "/v1/overlays", form: form)
    #expect(answer.status == 201 && answer.data["name"]?.string == "Brand")
    #expect(answer.data["width"]?.int == 256 && answer.data["height"]?.int == 200)
    let id = answer.data["overlayId"]?.string ?? ""
    let model = await service.upload()
    func order(_ overlay: String) -> JSONValue {
      ["modelId": .string(model), "renderSettings": ["bgImageId": .string(overlay)]]
    }
    #expect(await service.ask("POST", "/v1/renders", json: order(id)).status == 201)
    let wrong = await service.ask("POST", "/v1/renders", json: order("nothing"))
    #expect(wrong.status == 404 && wrong.code == "overlay_not_found")
    #expect(await service.ask("GET", "/v1/overlays").data.array?.count == 1)
    #expect(await service.ask("DELETE", "/v1/overlays/\(id)").status == 204)
    #expect(await service.ask("DELETE", "/v1/overlays/\(id)").code == "overlay_not_found")
    let text = await service.ask("POST", "/v1/overlays", form: service.form(Array("x".utf8)))
    #expect(text.status == 400 && text.code == "invalid_format")
    let layer = service.form(picture, [("layer", "front")])
    #expect(await service.ask("POST", "/v1/overlays", form: layer).code == "invalid_request")
  }

  // MARK: Mounting

  /// Each dialect stands under its prefix, whether it is at the root or not.
  @Test(arguments: [
    "/dxgl/v1/account", "/rage3d/auth/me", "/image3d/api/balance", "/studio/user/wallet/",
    "/pixal3d-gw/v2/requests/status/x", "/maq/maquette/v1/account",
  ])
  func dialectsStandUnderTheirPrefix(_ path: String) async throws {
    let service = try TestService()
    let root = "/" + path.split(separator: "/").dropFirst().joined(separator: "/")
    let wanted = path.hasSuffix("/x") ? 404 : 200
    #expect(await service.ask("GET", path).status == wanted)
    #expect(await service.ask("GET", root).status == wanted)
    #expect(await service.ask("GET", path).json["code"] == nil)
    let prefix = path.split(separator: "/")[0]
    let document = await service.ask("GET", "/\(prefix)/openapi.json", key: "")
    #expect(document.json["paths"]?.object?.isEmpty == false)
  }

  // MARK: Hosts

  /// The root of a host that has a dialect is that dialect, and nothing else but what all hosts have.
  @Test func aHostMayHaveOneDialect() async throws {
    let service = try TestService { settings in
      settings.hosts = "api.example.org=dxgl, mcp.example.org=mcp"
      settings.billing = .off
    }
    func ask(_ host: String, _ method: String, _ path: String, _ json: JSONValue? = nil) async
      -> TestService.Answer
    {
      await service.ask(method, path, json: json, headers: ["host": host])
    }
    #expect(await ask("api.example.org", "GET", "/v1/account").status == 200)
    #expect(await ask("API.example.org:8443", "GET", "/healthz").status == 200)
    let other = await ask("api.example.org", "GET", "/wallet/balance")
    #expect(other.status == 404 && other.code == "not_found")
    #expect(await ask("else.example.org", "GET", "/wallet/balance").status == 200)
    let message: JSONValue = ["jsonrpc": "2.0", "id": 1, "method": "tools/list"]
    #expect(await ask("mcp.example.org", "POST", "/", message).json["result"] != nil)
  }

  @Test(arguments: ["api.example.org", "a=b", "a=dxgl=x"])
  func hostsThatMakeNoSenseAreRefused(_ text: String) throws {
    #expect(throws: ServiceError.self) { _ = try TestService { $0.hosts = text } }
  }

  // MARK: Sharing, keys, limits

  @Test func finishedRendersAreSharedUnlessSharingIsOff() async throws {
    for isShared in [true, false] {
      let service = try TestService { $0.sharing = isShared }
      let model = await service.upload("<b>")
      _ = await service.ask("PATCH", "/v1/models/\(model)", json: ["title": "<b>&"])
      let renders = await service.ask("GET", "/v1/renders").data.array ?? []
      let id = renders[0]["renderId"]?.string ?? ""
      #expect(await service.ask("GET", "/portal/v/\(id)", key: "").status == 404)
      try service.work()
      let page = await service.ask("GET", "/portal/v/\(id)", key: "")
      #expect(page.status == (isShared ? 200 : 404))
      let file = await service.ask("GET", "/api/v/\(model)/\(id)/video", key: "")
      #expect(file.status == (isShared ? 200 : 404))
      guard isShared else { continue }
      #expect(page.json.string?.contains("<title>&lt;b&gt;&amp;</title>") == true)
      #expect(file.response.header("Cache-Control")?.hasPrefix("public") == true)
      #expect(await service.ask("GET", "/api/v/other/\(id)/video", key: "").status == 404)
    }
  }

  @Test func keysOpenWhatTheyAllow() async throws {
    let service = try TestService()
    for key in ["", "wrong"] {
      let answer = await service.ask("GET", "/v1/account", key: key)
      #expect(answer.status == 401 && answer.code == "unauthorized")
    }
    let reader = try service.makeKey("acme", scopes: ["read"])
    #expect(await service.ask("GET", "/v1/account", key: reader).status == 200)
    let writing = await service.ask("POST", "/v1/renders", json: [:], key: reader)
    #expect(writing.status == 403 && writing.code == "forbidden")
    let old = try service.makeKey("acme", expires: Clock.now() - 1)
    #expect(await service.ask("GET", "/v1/account", key: old).status == 401)
    let id = try service.core.store.read { database in
      try database.first(
        "SELECT id FROM api_key WHERE prefix = ?", [.text(String(reader.prefix(12)))]
      ) { $0.text(0) }
    }
    _ = try service.core.store.writeNow { [id] in try APIKeys.revoke($0, id: id ?? "") }
    try await Task.sleep(for: .milliseconds(1100))
    #expect(await service.ask("GET", "/v1/account", key: reader).status == 401)
    let header = ["x-api-key": service.key]
    #expect(await service.ask("GET", "/v1/account", key: "", headers: header).status == 200)
  }

  @Test func tooManyRequestsAreToldWhenToComeAgain() async throws {
    let service = try TestService { $0.readsPerMinute = 3 }
    for left in [2, 1, 0] {
      let answer = await service.ask("GET", "/v1/account")
      #expect(answer.response.header("RateLimit-Remaining") == "\(left)")
    }
    let answer = await service.ask("GET", "/v1/account")
    #expect(answer.status == 429 && answer.code == "rate_limited")
    #expect(Int(answer.response.header("Retry-After") ?? "") ?? 0 >= 1)
  }

  @Test func guessedKeysAreLimited() async throws {
    let service = try TestService()
    for _ in 0..<20 {
      #expect(await service.ask("GET", "/v1/account", key: "wrong").status == 401)
    }
    #expect(await service.ask("GET", "/v1/account", key: "wrong").status == 429)
    #expect(await service.ask("GET", "/v1/account").status == 200)
  }

  @Test func pathsAndMethodsAreTold() async throws {
    let service = try TestService()
    let wrong = await service.ask("PUT", "/v1/models")
    #expect(wrong.status == 405 && wrong.response.header("Allow") == "GET, HEAD, POST")
    #expect(wrong.code == "method_not_allowed")
    #expect(await service.ask("GET", "/dxgl/v1/nothing").code == "not_found")
    let native = await service.ask("GET", "/nothing")
    #expect(native.status == 404 && native.json["code"]?.string == "not_found")
    #expect(await service.ask("GET", "/dxgl/v1/account").status == 200)
    #expect(await service.ask("GET", "/v1/account/").status == 200)
    #expect(await service.ask("GET", "/v1/health", key: "").data["status"]?.string == "ok")
  }

  @Test(arguments: ["", "{", "[]", "1", "{\"renders\":{}}", String(repeating: "[", count: 100)])
  func bodiesThatAreNoneAreRefused(_ text: String) async throws {
    let service = try TestService()
    let answer = await service.ask("POST", "/v1/quote", text: text)
    #expect(answer.status == 400 && answer.code == "invalid_request")
  }
}
