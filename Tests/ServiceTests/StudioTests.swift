import Foundation
import Settings
import Testing

@testable import HTTP
@testable import Service

/// Every row of 3D AI Studio's contract that needs no download, and every code of its errors. Those with
/// `model_url` are driven over HTTP by the peer tests.
struct StudioTests {
  private static let picture = Data(TestService.png(300, 300)).base64EncodedString()

  private static func paid(_ change: (inout ServiceSettings) -> Void = { _ in }) throws
    -> TestService
  {
    let service = try TestService(script: TestService.planJob, change)
    try service.topUp(Studio.unit, 1000)
    return service
  }

  private static func form(
    _ service: TestService, _ fields: [(name: String, value: String)] = []
  ) -> Form {
    service.form(Array("glTFx".utf8), field: "model_file", fields)
  }

  private static func follow(_ service: TestService, _ made: TestService.Answer) async
    -> TestService.Answer
  {
    let id = made.json["task_id"]?.string ?? ""
    return await service.ask("GET", "/v1/generation-request/\(id)/status/")
  }

  /// Path, body without the picture, price.
  private static let generators: [(String, JSONValue, Int)] = [
    ("/v1/3d-models/tencent/generate/rapid/", [:], 35),
    ("/v1/3d-models/tencent/generate/rapid/", ["enable_pbr": true], 50),
    ("/v1/3d-models/tencent/generate/pro/", ["enable_pbr": true, "face_count": 40000], 80),
    ("/v1/3d-models/trellis2/generate/", [:], 25),
    ("/v1/3d-models/tripo/image-to-3d/", ["version": "v3.1"], 40),
    ("/v1/3d-models/tripo/p1/image-to-3d/", ["enable_pbr": true], 100),
    ("/v1/flow/miniature/", ["scale": "h0", "edition": "fast"], 200),
    ("/v1/flow/miniature/", ["scale": "custom", "scale_height_cm": 10], 300),
    ("/v1/tools/remove-bg/", [:], 5), ("/v1/tools/image-enhance/", [:], 15),
  ]

  @Test(arguments: generators.indices)
  func picturesBecomeResults(_ index: Int) async throws {
    let (path, more, price) = Self.generators[index]
    let service = try Self.paid()
    let body = JSONValue.object((more.object ?? []) + [("image", .string(Self.picture))])
    let made = await service.ask("POST", path, json: body)
    #expect(made.status == 200, "\(made.json.text())")
    #expect(made.json["created_at"]?.string?.hasSuffix("Z") == true)
    let waiting = await Self.follow(service, made)
    #expect(waiting.json["status"]?.string == "PENDING" && waiting.json["results"] == [])
    #expect(try service.held(Studio.unit) == 1000 - price)
    try service.work()
    let done = await Self.follow(service, made)
    #expect(done.json["status"]?.string == "FINISHED" && done.json["progress"]?.int == 100)
    let result = try #require(done.json["results"]?.array?.first)
    #expect(result["asset"] == result["asset_url"])
    let type = path.contains("/tools/") ? "EDITED_IMAGE" : "3D_MODEL"
    #expect(result["asset_type"]?.string == type)
    let link = String((result["asset"]?.string ?? "").dropFirst("http://test".count))
    #expect(await service.ask("GET", link, key: "").status == 200)
    #expect(try service.audit().isEmpty)
  }

  @Test func severalViewsCostMore() async throws {
    let service = try Self.paid()
    let views: JSONValue = .array(
      ["front", "left"].map { side in
        ["view_type": .string(side), "view_image": .string(Self.picture)]
      })
    let made = await service.ask(
      "POST", "/v1/3d-models/tencent/generate/pro/", json: ["multi_view_images": views])
    #expect(made.status == 200)
    #expect(try service.held(Studio.unit) == 1000 - 80)
  }

  /// Path, fields, price, type of the first result.
  private static let tools: [(String, [(name: String, value: String)], Int, String)] = [
    ("convert", [("output_format", "obj_zip")], 10, "ARCHIVE"),
    ("convert", [("output_format", "stl"), ("max_size", "50"), ("unit", "mm")], 10, "3D_MODEL"),
    ("convert", [("output_format", "fbx")], 10, "3D_MODEL"),
    ("repair", [("output_format", "glb")], 60, "3D_MODEL"),
    (
      "repair", [("hollow", "true"), ("wall_thickness", "2.0"), ("target_height", "8")], 90,
      "3D_MODEL"
    ),
    ("optimize", [("target_ratio", "0.5"), ("draco", "false")], 10, "3D_MODEL"),
    ("render", [("resolution", "2048"), ("background", "transparent")], 5, "IMAGE"),
    ("render", [("angle", "turntable_8")], 20, "IMAGE"),
    ("render", [("output_type", "video")], 20, "VIDEO"),
    ("calculate-volume", [("target_height", "100")], 20, "3D_MODEL"),
  ]

  @Test(arguments: tools.indices)
  func filesBecomeResults(_ index: Int) async throws {
    let (name, fields, price, type) = Self.tools[index]
    let service = try Self.paid()
    let made = await service.ask(
      "POST", "/v1/tools/\(name)/", form: Self.form(service, fields))
    #expect(made.status == 200, "\(made.json.text())")
    #expect(try service.held(Studio.unit) == 1000 - price)
    try service.work()
    let done = await Self.follow(service, made)
    #expect(done.json["results"]?.array?.first?["asset_type"]?.string == type)
    if fields.contains(where: { $0.value == "turntable_8" }) {
      #expect(done.json["results"]?.array?.count == 8)
    }
  }

  @Test(arguments: [
    "tencent/topology", "tripo/convert-model", "tripo/mesh-segmentation",
  ])
  func otherToolsOnModels(_ path: String) async throws {
    let service = try Self.paid()
    let made = await service.ask("POST", "/v1/3d-models/\(path)/", form: Self.form(service))
    try service.work()
    #expect(await Self.follow(service, made).json["status"]?.string == "FINISHED")
  }

  @Test func whatNeedsAnEngineIsSaidToNeedOne() async throws {
    let service = try Self.paid()
    func code(_ path: String, _ body: JSONValue) async -> String {
      let answer = await service.ask("POST", path, json: body)
      return "\(answer.status) \(answer.json["code"]?.string ?? "")"
    }
    let text: JSONValue = ["prompt": "a dog"]
    #expect(await code("/v1/3d-models/tencent/generate/rapid/", text) == "501 mode_unavailable")
    #expect(await code("/v1/3d-models/tripo/text-to-3d/", text) == "501 mode_unavailable")
    #expect(await code("/v1/images/some/generate/", text) == "501 engine_unavailable")
    #expect(await code("/v1/3d-models/tripo/texture-model/", text) == "501 engine_unavailable")
    #expect(
      await code("/v1/3d-models/tencent/topology/", ["face_type": "quadrilateral"])
        == "501 topology_unavailable")
    #expect(
      await code("/v1/tools/convert/", ["output_format": "fbx_zip"]) == "501 format_unavailable")
    #expect(try service.held(Studio.unit) == 1000)
    let engine = try Self.paid { $0.textCommand = "true" }
    let made = await engine.ask("POST", "/v1/3d-models/tripo/text-to-3d/", json: text)
    #expect(made.status == 200)
  }

  @Test func everyErrorHasItsCode() async throws {
    let service = try Self.paid { $0.studioSubmitsPerMinute = 3 }
    func ask(_ key: String?) async -> TestService.Answer {
      await service.ask(
        "POST", "/v1/tools/remove-bg/", json: ["image": .string(Self.picture)], key: key)
    }
    func code(_ answer: TestService.Answer) -> String {
      "\(answer.status) \(answer.json["code"]?.string ?? "")"
    }
    #expect(code(await ask("")) == "401 invalid_api_key")
    #expect(code(await ask("x")) == "401 invalid_api_key")
    let old = try service.makeKey("acme", expires: 1)
    #expect(code(await ask(old)) == "401 api_key_expired")
    let gone = try service.makeKey("acme")
    try service.core.store.writeNow {
      _ = try $0.run(
        "UPDATE api_key SET revoked = 1 WHERE created = (SELECT MAX(created) FROM api_key)")
    }
    #expect(code(await ask(gone)) == "401 api_key_revoked")
    let wrong = await service.ask(
      "POST", "/v1/tools/convert/", json: ["output_format": "exe", "model_url": "https://x"])
    #expect(code(wrong) == "400 validation_failed")
    #expect(wrong.json["errors"]?["output_format"]?.array?.count == 1)
    #expect(wrong.json["detail"] == wrong.json["message"])
    // Counted where requests are admitted, which takes no time in which a fourth could become due.
    let head = RequestHead(
      method: "POST", path: "/v1/tools/remove-bg/",
      headers: ["authorization": "Bearer " + service.key])
    let answers = (0..<4).compactMap { _ -> Response? in
      if case .refuse(let response) = service.dispatch.handler.admit(head) { response } else { nil }
    }
    let fast = try #require(answers.last)
    #expect(fast.status == 429 && fast.header("Retry-After") != nil)
    #expect(fast.header("RateLimit-Remaining") == "0")
    // Looking is no order.
    #expect(await service.ask("GET", "/user/wallet/").status == 200)
    let poor = try TestService(script: TestService.planJob)
    let short = await poor.ask(
      "POST", "/v1/tools/remove-bg/", json: ["image": .string(Self.picture)])
    #expect(code(short) == "402 insufficient_credits")
    #expect(code(await service.ask("GET", "/v1/generation-request/x/status/")) == "404 not_found")
  }

  @Test func resultsAreGoneAfterADay() async throws {
    let service = try Self.paid()
    let made = await service.ask(
      "POST", "/v1/tools/remove-bg/", json: ["image": .string(Self.picture)])
    try service.work()
    try service.age(days: 0.99)
    #expect(await Self.follow(service, made).status == 200)
    try service.age(days: 0.02)
    #expect(await Self.follow(service, made).status == 410)
    #expect(try service.audit().isEmpty)
  }

  @Test func theWalletIsADecimalText() async throws {
    let service = try Self.paid()
    for path in ["/user/wallet/", "/account/user/wallet/", "/studio/user/wallet"] {
      #expect(await service.ask("GET", path).json["balance"]?.string == "1000.00")
    }
  }
}
