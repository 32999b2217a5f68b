import Foundation
import Settings
import Testing

@testable import HTTP
@testable import Service

/// Every row of Pixal3D's contract, and every shape of its errors.
struct Pixal3DTests {
  private static let path = "/pixal3d/v1/pixal3d-request"
  private static let picture =
    "data:image/png;base64," + Data(TestService.png(64, 64)).base64EncodedString()

  private static func order(_ more: [(key: String, value: JSONValue)] = []) -> JSONValue {
    .object([("image_url", .string(picture))] + more)
  }

  @Test func aRequestIsQueuedFollowedAndFetched() async throws {
    let service = try TestService(script: TestService.planJob)
    try service.topUp(Pixal3D.unit, 100_000)
    let made = await service.ask("POST", Self.path, json: Self.order([("texture_size", 1024)]))
    #expect(made.status == 202 && made.json["status"]?.string == "QUEUED")
    let id = made.json["request_id"]?.string ?? ""
    #expect(id.hasPrefix("pixal3d_") && UUID(uuidString: String(id.dropFirst(8))) != nil)
    #expect(made.json["polling_url"]?.string == "http://test/v2/requests/status/\(id)")
    let waiting = await service.ask("GET", "/v2/requests/status/\(id)")
    #expect(waiting.json["status"]?.string == "QUEUED" && waiting.json["output"] == .null)
    #expect(waiting.json["completed_at"] == .null && waiting.json["error"] == .null)
    try service.work()
    let done = await service.ask("GET", "/v2/requests/status/\(id)")
    #expect(done.json["status"]?.string == "COMPLETED")
    #expect(done.json["model_id"]?.string == "pixal3d")
    #expect(done.json["output"]?["media_type"]?.string == "model/glb")
    let url = done.json["output"]?["media_url"]?.array?[0].string ?? ""
    let file = await service.ask("GET", String(url.dropFirst("http://test".count)), key: "")
    #expect(file.status == 200)
    #expect(done.json["completed_at"]?.string?.hasSuffix("Z") == true)
    #expect(try service.held(Pixal3D.unit) == 70_000)
    #expect(try service.audit().isEmpty)
  }

  @Test func whatHasNoEffectIsSaid() async throws {
    let service = try TestService { $0.billing = .off }
    let made = await service.ask(
      "POST", Self.path, json: Self.order([("ss_sampling_steps", 20), ("remesh", false)]))
    let id = made.json["request_id"]?.string ?? ""
    let warnings = await service.ask("GET", "/v2/requests/status/\(id)").json["warnings"]
    #expect(warnings?.array?.count == 1)
    #expect(warnings?.array?[0].string?.hasPrefix("ss_sampling_steps") == true)
  }

  @Test func failuresOfEitherKindGiveTheMoneyBack() async throws {
    for (kind, word) in [("input", "FAILED"), ("system", "ERROR")] {
      let service = try TestService(
        script:
          "echo '{\"failed\":{\"kind\":\"\(kind)\",\"code\":\"x\",\"message\":\"no\"}}'; exit 1")
      try service.topUp(Pixal3D.unit, 42_000)
      let made = await service.ask("POST", Self.path, json: Self.order())
      let id = made.json["request_id"]?.string ?? ""
      for _ in 0..<3 {
        try service.work()
        try service.skipWaits()
      }
      let task = await service.ask("GET", "/v2/requests/status/\(id)")
      #expect(task.json["status"]?.string == word && task.json["error"]?.string == "no")
      #expect(try service.held(Pixal3D.unit) == 42_000)
    }
  }

  @Test func errorsHaveTwoFields() async throws {
    let service = try TestService(script: TestService.planJob)
    func error(_ answer: TestService.Answer, _ status: Int) -> String {
      #expect(answer.status == status && answer.json.object?.count == 2)
      #expect(answer.json["message"]?.string?.isEmpty == false)
      return answer.json["error"]?.string ?? ""
    }
    let short = await service.ask("POST", Self.path, json: Self.order())
    #expect(error(short, 402) == "Insufficient Balance")
    #expect(short.json["message"]?.string == "Your wallet does not have enough balance.")
    let other = await service.ask("POST", "/pixal3d/v1/flux-request", json: Self.order())
    #expect(error(other, 400) == "Model not found")
    #expect(
      other.json["message"]?.string == "Model 'flux' not found or is disabled")
    #expect(
      error(await service.ask("POST", Self.path, json: Self.order(), key: ""), 401)
        == "Unauthorized")
    #expect(
      error(await service.ask("GET", "/v2/requests/status/pixal3d_x"), 404) == "Not Found")
    let reader = try service.makeKey("acme", scopes: ["read"])
    #expect(
      error(await service.ask("POST", Self.path, json: Self.order(), key: reader), 403)
        == "Forbidden")
    let wrong: [(key: String, value: JSONValue)] = [
      ("resolution", 1025), ("texture_size", 512), ("ss_sampling_steps", 0),
      ("ss_sampling_steps", 101), ("ss_guidance_rescale", 1.5), ("shape_slat_rescale_t", 0),
      ("mesh_scale", 0), ("max_num_tokens", 1023), ("decimation_target", 99),
      ("decimation_target", 5_000_001), ("remesh", "yes"), ("seed", -1), ("unknown", 1),
    ]
    for member in wrong {
      _ = error(await service.ask("POST", Self.path, json: Self.order([member])), 400)
    }
    _ = error(await service.ask("POST", Self.path, json: [:]), 400)
  }

  /// Webhooks over plain http, or in a mode that there is not, are refused before anything is charged.
  @Test(arguments: [
    ["x-webhook-url": "http://example.org/x"], ["x-webhook-url": "nonsense"],
    ["x-webhook-url": "https://example.org/x", "x-webhook-mode": "often"],
  ])
  func badWebhooksAreRefused(_ headers: [String: String]) async throws {
    let service = try TestService { $0.billing = .off }
    let answer = await service.ask("POST", Self.path, json: Self.order(), headers: headers)
    #expect(answer.status == 400)
  }
}
