import Foundation
import Settings
import Testing

@testable import HTTP
@testable import Service

/// Every row of Image3D's contract, and every code of its errors.
struct Image3DTests {
  private static let picture = Data(TestService.png(300, 300)).base64EncodedString()

  private static func order(_ more: [(key: String, value: JSONValue)] = []) -> JSONValue {
    .object([("mode", "image"), ("image", .string(picture))] + more)
  }

  private static func paid(_ change: (inout ServiceSettings) -> Void = { _ in }) throws
    -> TestService
  {
    let service = try TestService(script: TestService.planJob, change)
    try service.topUp(Image3D.unit, 1000)
    return service
  }

  @Test func aGenerationIsPrechargedAndSettled() async throws {
    let service = try Self.paid()
    let made = await service.ask(
      "POST", "/api/v1/generations",
      json: Self.order([("metadata", ["sku": "demo-001"]), ("output_format", "glb")]))
    #expect(made.status == 202 && made.json["status"]?.string == "queued")
    #expect(made.json["mode"]?.string == "image" && made.json["quality"]?.string == "standard")
    #expect(made.json["metadata"] == ["sku": "demo-001"])
    let billing = made.json["billing"]
    #expect(billing?["precharge_credits"]?.int == 60 && billing?["final_credits"] == .null)
    #expect(billing?["refund_credits"]?.int == 0 && billing?["unit"]?.string == "credits")
    #expect(await service.ask("GET", "/api/v1/balance").json["balance"]?.int == 940)
    let url = made.json["status_url"]?.string ?? ""
    #expect(url.hasPrefix("http://test/api/v1/generations/"))
    let path = String(url.dropFirst("http://test".count))
    try service.work()
    let done = await service.ask("GET", path)
    #expect(done.json["status"]?.string == "success" && done.json["progress"]?.int == 100)
    // 40 % to begin with, and 12 s of processor time at 20 a minute.
    #expect(done.json["billing"]?["final_credits"]?.int == 28)
    #expect(done.json["billing"]?["refund_credits"]?.int == 32)
    #expect(await service.ask("GET", "/api/balance").json["balance"]?.int == 972)
    let file = String((done.json["model_url"]?.string ?? "").dropFirst("http://test".count))
    #expect(await service.ask("GET", file, key: "").status == 200)
    #expect(try service.audit().isEmpty)
  }

  @Test(
    arguments: [("fast", 30), ("pro", 100), ("proplus", 150), ("ultra", 200)] as [(String, Int)])
  func qualitiesHavePrices(_ quality: String, _ price: Int) async throws {
    let service = try Self.paid()
    let made = await service.ask(
      "POST", "/api/v1/generations", json: Self.order([("quality", .string(quality))]))
    #expect(made.json["billing"]?["precharge_credits"]?.int == price)
    let plain = await service.ask(
      "POST", "/api/v1/generations",
      json: Self.order([("quality", .string(quality)), ("mesh_only", true)]))
    #expect(plain.json["billing"]?["precharge_credits"]?.int == price * 60 / 100)
  }

  @Test(arguments: Image3DOrder.formats) func formatsAreMade(_ format: String) async throws {
    let service = try Self.paid()
    let made = await service.ask(
      "POST", "/api/v1/generations", json: Self.order([("output_format", .string(format))]))
    try service.work()
    let done = await service.ask(
      "GET", "/api/v1/generations/\(made.json["task_id"]?.string ?? "")")
    #expect(done.json["model_url"]?.string?.contains(".model.\(format).") == true)
  }

  @Test func theOlderFormIsTakenToo() async throws {
    let service = try Self.paid()
    let made = await service.ask(
      "POST", "/api/generate", json: Self.order([("mesh_only", true)]))
    #expect(made.status == 200 && made.json["provider"]?.string == "maquette")
    let path = "/api/status/\(made.json["task_id"]?.string ?? "")"
    #expect(await service.ask("GET", path).json["status"]?.string == "queued")
    try service.work()
    let done = await service.ask("GET", path)
    #expect(done.json["status"]?.string == "success" && done.json["model_url"]?.string != nil)
  }

  @Test func theLedgerIsPagedByACursor() async throws {
    let service = try Self.paid()
    for _ in 0..<5 {
      _ = await service.ask("POST", "/api/v1/generations", json: Self.order([("quality", "fast")]))
      try await Task.sleep(for: .milliseconds(3))
    }
    var seen: [String] = []
    var cursor = ""
    for _ in 0..<3 {
      let page = await service.ask("GET", "/api/v1/generations?limit=2\(cursor)")
      seen += (page.json["generations"]?.array ?? []).compactMap { $0["task_id"]?.string }
      guard let next = page.json["next_cursor"]?.string else { break }
      cursor = "&cursor=\(next)"
    }
    #expect(seen.count == 5 && Set(seen).count == 5)
  }

  @Test func failuresGiveThePrechargeBack() async throws {
    let service = try TestService(
      script: "echo '{\"failed\":{\"kind\":\"input\",\"code\":\"x\",\"message\":\"no\"}}'; exit 1")
    try service.topUp(Image3D.unit, 1000)
    let made = await service.ask("POST", "/api/v1/generations", json: Self.order())
    try service.work()
    let task = await service.ask(
      "GET", "/api/v1/generations/\(made.json["task_id"]?.string ?? "")")
    #expect(task.json["status"]?.string == "failed" && task.json["error"]?.string == "no")
    #expect(task.json["billing"]?["refund_credits"]?.int == 60)
    #expect(task.json["billing"]?["final_credits"]?.int == 0)
    #expect(await service.ask("GET", "/api/v1/balance").json["balance"]?.int == 1000)
  }

  /// Where nothing is charged nothing is earned either, by jobs that cost less than was reckoned.
  @Test func nothingIsLeftOfWhatWasLent() async throws {
    let service = try TestService(script: TestService.planJob) { $0.billing = .off }
    _ = await service.ask("POST", "/api/v1/generations", json: Self.order())
    try service.work()
    let balance = try service.core.store.read { database in
      try database.first("SELECT balance FROM wallet WHERE unit = 'image3d_credit'") { $0.int(0) }
    }
    #expect(balance == 0)
    #expect(try service.audit().isEmpty)
  }

  @Test func everyErrorHasItsCode() async throws {
    func code(
      _ service: TestService, _ body: JSONValue, key: String? = nil
    ) async -> String {
      let answer = await service.ask("POST", "/api/v1/generations", json: body, key: key)
      return "\(answer.status) \(answer.code)"
    }
    let service = try Self.paid()
    let wrong: [JSONValue] = [
      [:], ["mode": "film"], ["mode": "image"], ["mode": "text"],
      ["mode": "image", "image": "???"], ["mode": "image", "image_url": "ftp://x"],
      Self.order([("quality", "best")]), Self.order([("output_format", "exe")]),
      Self.order([("extra", 1)]), Self.order([("metadata", [1])]),
      Self.order([("metadata", ["a": .string(String(repeating: "x", count: 4096))])]),
      ["mode": "text", "prompt": .string(String(repeating: "x", count: 1025))],
    ]
    for body in wrong { #expect(await code(service, body) == "400 invalid_request") }
    #expect(await code(service, ["mode": "text", "prompt": "a dog"]) == "501 mode_unavailable")
    #expect(await code(service, Self.order(), key: "") == "401 invalid_api_key")
    let poor = try TestService(script: TestService.planJob)
    #expect(await code(poor, Self.order()) == "403 key_requires_topup")
    try poor.topUp(Image3D.unit, 1000)
    for _ in 0..<5 { _ = await code(poor, Self.order([("quality", "ultra")])) }
    #expect(await code(poor, Self.order()) == "402 insufficient_credits")
    let capped = try Self.paid { $0.dailyCredits = 100 }
    #expect(await code(capped, Self.order()) == "202 ")
    #expect(await code(capped, Self.order()) == "429 daily_cap")
    let monthly = try Self.paid { $0.monthlyCredits = 59 }
    #expect(await code(monthly, Self.order()) == "429 monthly_cap")
    let busy = try Self.paid { $0.concurrentJobs = 1 }
    #expect(await code(busy, Self.order()) == "202 ")
    #expect(await code(busy, Self.order()) == "429 concurrency_cap")
    let none = await service.ask("GET", "/api/v1/generations/none")
    #expect(none.status == 404 && none.code == "not_found")
  }
}
