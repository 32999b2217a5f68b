import Foundation
import Settings
import Testing

@testable import HTTP
@testable import Service

/// Workers of other machines: they lease over HTTP, and see no more than the job that they hold.
struct LeaseTests {
  private static let path = "/maquette/v1/leases"

  private static func take(_ service: TestService, _ key: String) async -> TestService.Answer {
    await service.ask("POST", path, json: ["worker": .string(LeaseOwner.here())], key: key)
  }

  @Test func aJobIsDoneElsewhere() async throws {
    let service = try TestService()
    let key = try service.makeKey("fleet", scopes: ["work"])
    #expect(await Self.take(service, key).status == 204)
    // It is known, and not taken for a process of this machine.
    let known = try service.core.store.read {
      try $0.rows("SELECT owner FROM worker") { $0.text(0) }
    }
    #expect(known.count == 1 && known.allSatisfy { LeaseOwner.fate($0) == .elsewhere })
    let model = await service.upload()
    let taken = await Self.take(service, key)
    let id = taken.json["leaseId"]?.string ?? ""
    let plan = JobPlan(taken.json["plan"] ?? .null)
    let input = try #require(plan.inputs.first)
    let lease = "\(Self.path)/\(id)"
    let file = await service.ask("GET", "\(lease)/inputs/\(input.blob)", key: key)
    #expect(taken.status == 200 && file.json.string == "glTFa")
    let other = String(repeating: "0", count: 64)
    #expect(await service.ask("GET", "\(lease)/inputs/\(other)", key: key).status == 404)
    let told = await service.ask("POST", lease, json: ["phase": 1, "percent": 40], key: key)
    #expect(told.json["isHeld"] == true)
    let made = service.form(Array("poster".utf8), name: "poster.png")
    #expect(
      await service.ask("POST", "\(lease)/outputs?name=poster.png", form: made, key: key).status
        == 204)
    #expect(
      await service.ask("POST", "\(lease)/outputs?name=odd.png", form: made, key: key).status == 404
    )
    // Its answer may be lost: told again, it stays as it is.
    for _ in 0..<2 {
      let ended = await service.ask(
        "POST", "\(lease)/end", json: ["done": ["turntable": ["frames": 1]]], key: key)
      #expect(ended.status == 204)
    }
    let jobs = await service.ask("GET", "/v1/renders?modelId=\(model)")
    #expect(jobs.json["data"]?.array?.first?["status"]?.string == "done")
    #expect(await service.ask("POST", lease, json: [:], key: key).json["isHeld"] == false)
    #expect(await service.ask("GET", "\(lease)/inputs/\(input.blob)", key: key).status == 404)
    #expect(try service.audit().isEmpty)
  }

  @Test func onlyTheKeyOfAWorkerLeases() async throws {
    let service = try TestService()
    _ = await service.upload()
    #expect(await Self.take(service, service.key).status == 403)
    #expect(await service.ask("POST", Self.path, json: ["worker": "far"], key: "").status == 401)
    // And it does nothing else.
    let key = try service.makeKey("fleet", scopes: ["work"])
    #expect(await service.ask("GET", "/v1/models", key: key).status == 403)
    // A worker beside the server cannot be spoken for.
    let owner = LeaseOwner.here()
    _ = try service.core.store.writeNow { try JobStore.claim(owner, $0) }
    let ended = await service.ask(
      "POST", "\(Self.path)/\(owner)/end", json: ["crashed": "x"], key: key)
    #expect(ended.status == 204)
    let running = try service.core.store.read { try JobStore.running($0) }
    #expect(running.count == 1)
  }

  @Test func whoFallsSilentLosesTheJobAndWhoCannotGivesItBack() async throws {
    let service = try TestService()
    let key = try service.makeKey("fleet", scopes: ["work"])
    _ = await service.upload()
    let first = await Self.take(service, key).json["leaseId"]?.string ?? ""
    // It is of nobody here, and all the same not lost.
    #expect(try service.core.store.writeNow { try JobStore.reclaim($0) } == 0)
    try service.core.store.writeNow {
      _ = try $0.run("UPDATE job SET lease_until = lease_until - 61000")
    }
    #expect(try service.core.store.writeNow { try JobStore.reclaim($0) } == 1)
    let second = await Self.take(service, key)
    #expect(second.json["attempt"]?.int == 2)
    #expect(
      await service.ask("POST", "\(Self.path)/\(first)/end", json: ["done": [:]], key: key).status
        == 204)
    let lease = "\(Self.path)/\(second.json["leaseId"]?.string ?? "")"
    #expect(await service.ask("POST", lease, json: [:], key: key).json["isHeld"] == true)
    #expect(
      await service.ask("POST", "\(lease)/end", json: ["released": true], key: key).status == 204)
    #expect(await Self.take(service, key).json["attempt"]?.int == 2)
    #expect(try service.audit().isEmpty)
  }

  @Test func placesAreNumbered() {
    #expect(PostgreSQLEngine.numbered("a = ? AND b = ?") == "a = $1 AND b = $2")
    #expect(PostgreSQLEngine.numbered("a = ?1 OR b > ?1 + ?12") == "a = $1 OR b > $1 + $12")
  }
}
