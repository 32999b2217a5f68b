import Foundation
import Settings
import Testing

@testable import HTTP
@testable import Service

/// Jobs are done once and paid for once, whatever happens to those who do them.
struct JobTests {
  private static func submit(_ service: TestService) async -> String {
    let model = await service.upload()
    let answer = await service.ask("POST", "/v1/renders", json: ["modelId": .string(model)])
    return answer.data["renderId"]?.string ?? ""
  }

  private static func status(_ service: TestService, _ id: String) async -> (String, String) {
    let data = await service.ask("GET", "/v1/renders/\(id)").data
    return (data["status"]?.string ?? "", data["errorMessage"]?.string ?? "")
  }

  @Test func whatIsTheInputsFaultFailsAtOnceAndIsPaidBack() async throws {
    let service = try TestService(
      script:
        "echo '{\"failed\":{\"kind\":\"input\",\"code\":\"bad\",\"message\":\"no triangles\"}}'; exit 1"
    )
    let id = await Self.submit(service)
    #expect(await service.credits() == 99)
    try service.work()
    #expect(await Self.status(service, id) == ("error", "no triangles"))
    #expect(await service.credits() == 100)
    let asset = await service.ask("GET", "/v1/renders/\(id)/video")
    #expect(asset.status == 409 && asset.code == "not_ready")
    #expect(try service.audit().isEmpty)
  }

  @Test func whatIsOursIsTriedThreeTimes() async throws {
    let service = try TestService(
      script:
        "echo '{\"failed\":{\"kind\":\"system\",\"code\":\"disk\",\"message\":\"no room\"}}'; exit 1"
    )
    let id = await Self.submit(service)
    for attempt in 1...3 {
      try service.work()
      let (status, _) = await Self.status(service, id)
      #expect(status == (attempt < 3 ? "poster-processing" : "error"))
      try service.skipWaits()
    }
    #expect(await service.credits() == 100)
    #expect(try service.audit().isEmpty)
  }

  @Test func whatEndsItsProcessTwiceIsQuarantined() async throws {
    let service = try TestService(script: "kill -9 $$")
    let id = await Self.submit(service)
    try service.work()
    try service.skipWaits()
    try service.work()
    let (status, message) = await Self.status(service, id)
    #expect(status == "error" && message.contains("ended its process 2 times"))
    #expect(await service.credits() == 100)
    #expect(try service.audit().isEmpty)
  }

  @Test func aLeaseOfNobodyGoesBackAndWhatWasPublicStays() async throws {
    let service = try TestService()
    let id = await Self.submit(service)
    // A process of this number that began at another time: it is gone.
    var parts = LeaseOwner.here().components(separatedBy: ":")
    parts[3] = "1"
    let gone = parts.joined(separator: ":")
    let claimed = try service.core.store.writeNow { database in
      var leases: [Lease] = []
      while let job = try JobStore.claim(gone, database) { leases.append(try Lease(job, gone)) }
      for lease in leases {
        _ = try JobStore.heartbeat(lease, phase: .posterDone, progress: 40, database)
      }
      return leases
    }
    #expect(claimed.count == 2 && LeaseOwner.fate(gone) == .gone)
    #expect(LeaseOwner.fate(LeaseOwner.here()) == .alive)
    #expect(LeaseOwner.fate("boot:1:1:0:x") == .otherStart)
    let reclaimed = try service.core.store.writeNow { try JobStore.reclaim($0) }
    #expect(reclaimed == 2)
    #expect(await Self.status(service, id).0 == "poster-done")
    // Who lost the lease can no longer end the job.
    try service.core.store.writeNow { database in
      for lease in claimed { try JobStore.finish(lease, .done(.null), database) }
    }
    #expect(await Self.status(service, id).0 == "poster-done")
    try service.work()
    #expect(await Self.status(service, id).0 == "done")
    #expect(try service.audit().isEmpty)
  }

  /// A wait between attempts that seems to be hours long was reckoned by a clock that was put back since.
  @Test func aClockThatIsPutBackHoldsNothingUp() async throws {
    let service = try TestService()
    let id = await Self.submit(service)
    try service.core.store.writeNow { database in
      _ = try database.run(
        "UPDATE job SET not_before = ?, created = created + 7200000",
        [.integer(Clock.now() + 7_200_000)])
    }
    try service.work()
    #expect(await Self.status(service, id).0 == "done")
  }

  @Test func accountsTakeTurns() async throws {
    let service = try TestService()
    _ = await Self.submit(service)
    let other = try service.makeKey("other")
    let form = service.form(Array("glTFother".utf8))
    _ = await service.ask("POST", "/v1/models", form: form, key: other)
    let accounts = try service.core.store.writeNow { database in
      try (0..<3).compactMap { _ in try JobStore.claim("boot:1:0:x", database)?.account }
    }
    #expect(accounts[0] != accounts[1] && accounts[2] == accounts[0])
  }

  @Test func aKeyIsUsedOnce() async throws {
    let service = try TestService()
    let model = await service.upload()
    let order: JSONValue = ["modelId": .string(model)]
    let headers = ["idempotency-key": "once"]
    let first = await service.ask("POST", "/v1/renders", json: order, headers: headers)
    let again = await service.ask("POST", "/v1/renders", json: order, headers: headers)
    #expect(first.data == again.data && first.status == again.status)
    #expect(again.response.header("Idempotent-Replayed") == "true")
    #expect(first.response.header("Idempotent-Replayed") == nil)
    #expect(await service.credits() == 99)
    let another: JSONValue = ["modelId": .string(model), "renderSettings": ["length": 9]]
    let reused = await service.ask("POST", "/v1/renders", json: another, headers: headers)
    #expect(reused.status == 422 && reused.code == "idempotency_key_reused")
    let long = ["idempotency-key": String(repeating: "x", count: 256)]
    #expect(await service.ask("POST", "/v1/renders", json: order, headers: long).status == 400)
    // What failed before anything was done may be tried again.
    let failing = ["idempotency-key": "failing"]
    let wrong = await service.ask(
      "POST", "/v1/renders", json: ["modelId": "nothing"], headers: failing)
    #expect(wrong.status == 404)
    #expect(await service.ask("POST", "/v1/renders", json: order, headers: failing).status == 201)
  }

  @Test func manyWithOneKeyAreOne() async throws {
    let service = try TestService()
    let model = await service.upload()
    let order: JSONValue = ["modelId": .string(model)]
    let statuses = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<20 {
        group.addTask {
          await service.ask(
            "POST", "/v1/renders", json: order, headers: ["idempotency-key": "k"]
          ).status
        }
      }
      return await group.reduce(into: Set<Int>()) { $0.insert($1) }
    }
    #expect(statuses.isSubset(of: [201, 409]) && statuses.contains(201))
    #expect(await service.credits() == 99)
  }

  @Test func theLedgerIsOnlyAppendedTo() async throws {
    let service = try TestService()
    _ = await Self.submit(service)
    for sql in ["UPDATE ledger SET amount = 0", "DELETE FROM ledger"] {
      #expect(throws: StoreError.self) {
        try service.core.store.writeNow { _ = try $0.run(sql) }
      }
    }
    // The audit sees what is wrong.
    try service.core.store.writeNow { _ = try $0.run("UPDATE wallet SET balance = balance + 1") }
    #expect(try service.audit().count == 1)
  }

  @Test func aFailedWriteLeavesTheOthersAlone() async throws {
    let service = try TestService()
    let store = service.core.store
    struct Wrong: Error {}
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<20 {
        group.addTask {
          _ = try? await store.write { database in
            try database.run(
              "INSERT INTO blob (sha256, bytes, created) VALUES (?, 1, 1)", [.text("\(index)")])
            if index % 2 == 1 { throw Wrong() }
          }
        }
      }
    }
    let count = try store.read { try $0.first("SELECT COUNT(*) FROM blob") { $0.int(0) } }
    #expect(count == 10)
  }

  @Test func identifiersOfLaterAreLater() {
    let ids = (0..<100).map { Identifier.ordered(1_700_000_000_000 + $0) }
    #expect(ids == ids.sorted() && Set(ids).count == 100)
    #expect(ids[0].count == 36 && Array(ids[0])[14] == "7")
    #expect(Clock.text(0) == "1970-01-01T00:00:00.000Z")
    #expect(Clock.text(1_764_316_800_123) == "2025-11-28T08:00:00.123Z")
  }

  /// However many wait: none of a deleted model's is left.
  @Test func deletingAModelCancelsAllThatWaits() async throws {
    let service = try TestService()
    let model = await service.upload()
    try service.core.store.writeNow { database in
      let first = try #require(try JobStore.of(model: model, database).first)
      try service.core.ledger.topUp(
        first.account, first.unit, 1100 * max(1, first.price), note: "test", database)
      for _ in 0..<1100 {
        var job = first
        (job.id, job.publicID) = (Identifier.ordered(), Identifier.short())
        try JobStore.submit(job, service.core.ledger, database)
      }
    }
    #expect(await service.ask("DELETE", "/v1/models/\(model)").status == 204)
    let left = try service.core.store.read { try JobStore.queued(of: model, $0).count }
    #expect(left == 0)
  }
}
