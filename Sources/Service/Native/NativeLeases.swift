import Foundation
import HTTP
import Work
import Settings

/// Jobs for workers elsewhere, who lease over HTTP what those beside the server lease from its store.
enum NativeLeases {
  /// What a key must allow: whoever works sees what all accounts have.
  static let scope = "work"
  /// The most that a file of a job may be.
  private static let fileBytes = 64 << 30
  private static let path = "/maquette/v1/leases"

  static let routes = [
    Route("POST", path, "Leases the next job; waits for one", scope: scope, run: take)
      .documented(json: wanted, lease).allowing([204]),
    Route(
      "POST", path + "/{id}", "Renews a lease and tells how far its job is", scope: scope,
      run: renew
    )
    .documented(json: progress, JSONSchema.object(["isHeld": JSONSchema.truth])),
    Route(
      "GET", path + "/{id}/inputs/{name}", "A file that the job is given", scope: scope, run: input
    )
    .giving(),
    Route(
      "POST", path + "/{id}/outputs",
      "Takes in a file that the job made, under its name in the plan",
      scope: scope, body: BodyPolicy(limit: fileBytes, takesForms: true), run: output
    ).documented(query: [("name", JSONSchema.text)], form: file, status: 204),
    Route(
      "POST", path + "/{id}/end", "Ends the attempt, or gives the job back untouched", scope: scope,
      body: BodyPolicy(limit: 8 << 20), run: end
    ).documented(json: ending, status: 204),
  ]

  // MARK: Schemas

  private static let wanted = JSONSchema.object(
    ["worker": JSONSchema.text, "waitSeconds": JSONSchema.whole(0, longestWait)],
    required: ["worker"])
  private static let lease = JSONSchema.object(
    [
      "leaseId": JSONSchema.text, "jobId": JSONSchema.text, "attempt": JSONSchema.whole,
      "kind": JSONSchema.text, "plan": JSONSchema.anyObject,
    ], required: ["leaseId", "jobId", "attempt", "kind", "plan"])
  private static let progress = JSONSchema.object([
    "phase": JSONSchema.whole(0, 3), "percent": JSONSchema.whole(0, 100),
  ])
  private static let file = JSONSchema.object(["file": JSONSchema.file], required: ["file"])
  private static let ending = JSONSchema.object([
    "done": JSONSchema.anyObject, "crashed": JSONSchema.text, "released": JSONSchema.truth,
    "failed": JSONSchema.object(
      ["kind": JSONSchema.text, "code": JSONSchema.text, "message": JSONSchema.text],
      required: ["kind", "code", "message"]),
  ])

  // MARK: Leasing

  private static let longestWait = 50
  /// Until the first renewal: the answer may reach nobody, and then the job is not held up for long.
  private static let untold = 20_000

  @Sendable private static func take(_ call: Call) async throws -> Outcome {
    let fields = try call.fields(["worker", "waitSeconds"])
    guard let worker = try fields.text("worker", length: 1...200) else {
      throw ServiceProblem(.invalid("request"), "worker is missing", field: "worker")
    }
    let wait = try fields.whole("waitSeconds", in: 0...longestWait) ?? 0
    let core = call.core
    // By no colon does it look like a process of this machine.
    let name = "remote " + worker.replacing(":", with: "/")
    let deadline = ContinuousClock.now + .seconds(wait)
    try await core.store.write { try Workers.sign(name, $0) }
    while true {
      if try core.store.read(JobStore.hasWork) {
        let owner = LeaseOwner.remote()
        let lease = try await core.store.write { database in
          try JobStore.claim(owner, for: untold, database).map { try Lease($0, owner) }
        }
        if let lease { return .answer(JSONText.response(200, wire(lease))) }
      }
      guard ContinuousClock.now < deadline, !core.isStopping.isSet else {
        return .answer(Response(status: 204))
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  private static func wire(_ lease: Lease) -> JSONValue {
    [
      "leaseId": .string(lease.owner), "jobId": .string(lease.job),
      "attempt": .integer(lease.attempt), "kind": .string(lease.kind), "plan": lease.plan.json,
    ]
  }

  static func lease(_ json: JSONValue) throws -> Lease {
    guard let owner = json["leaseId"]?.string, let job = json["jobId"]?.string,
      let plan = json["plan"]
    else { throw ServiceError(.unreadableInput, "server", "the server's lease is no lease") }
    return Lease(
      job: job, attempt: json["attempt"]?.int ?? 0, kind: json["kind"]?.string ?? "",
      plan: JobPlan(plan), owner: owner)
  }

  /// The lease of the path; nil where it has run out, or its job was cancelled.
  private static func heldStill(_ call: Call) throws -> Lease? {
    let owner = call.parameter("id")
    guard owner.hasPrefix("lease_") else { return nil }
    return try call.core.store.read { try JobStore.held(by: owner, $0) }.map {
      try Lease($0, owner)
    }
  }

  /// The same; throws where there is none.
  private static func held(_ call: Call) throws -> Lease {
    guard let lease = try heldStill(call) else {
      throw ServiceProblem(.notFound("lease"), "the lease is no longer held")
    }
    return lease
  }

  @Sendable private static func renew(_ call: Call) async throws -> Outcome {
    let fields = try call.fields(["phase", "percent"])
    let phase = Job.Phase(rawValue: try fields.whole("phase", in: 0...3) ?? 0) ?? .waiting
    let percent = try fields.whole("percent", in: 0...100) ?? 0
    guard let lease = try heldStill(call) else {
      return .answer(JSONText.response(200, ["isHeld": false]))
    }
    let isHeld = try await call.core.store.write {
      try JobStore.heartbeat(lease, phase: phase, progress: percent, $0)
    }
    return .answer(JSONText.response(200, ["isHeld": .bool(isHeld)]))
  }

  // MARK: Files

  @Sendable private static func input(_ call: Call) async throws -> Outcome {
    let lease = try held(call)
    let blob = call.parameter("name")
    guard lease.plan.blobs.contains(blob) else {
      throw ServiceProblem(.notFound("file"), "the job has no such input")
    }
    let path = try await call.core.blobs.file(blob)
    let bytes = Work.fileBytes(path) ?? 0
    return .answer(
      FileAnswer(
        path: path, bytes: bytes, sha256: blob, mediaType: "application/octet-stream", name: blob,
        isPublic: false
      ).response(to: call.request.head))
  }

  @Sendable private static func output(_ call: Call) async throws -> Outcome {
    let lease = try held(call)
    guard case .form(let form) = call.request.body, let file = form.files.first else {
      throw ServiceProblem(.invalid("request"), "the form has no file")
    }
    let name = call.request.head.query("name") ?? ""
    guard lease.plan.keep.contains(where: { $0.name == name }) else {
      throw ServiceProblem(.notFound("file"), "the job keeps no file of this name")
    }
    let (sha256, bytes) = try await call.core.blobs.adopt(file.path)
    if let output = lease.plan.output(name, blob: sha256, bytes: bytes) {
      try await call.core.store.write { try JobStore.keep(output, of: lease, $0) }
    }
    return .answer(Response(status: 204))
  }

  // MARK: Ending

  @Sendable private static func end(_ call: Call) async throws -> Outcome {
    let json = try call.fields(["done", "failed", "crashed", "released"]).value
    guard
      let ending = JobProcess.Ending(json) ?? (json["released"]?.bool == true ? .crashed("") : nil)
    else {
      throw ServiceProblem(
        .invalid("request"), "how it ended is one of done, failed, crashed, released")
    }
    // Told twice, because an answer was lost, it has been done.
    guard let lease = try heldStill(call) else { return .answer(Response(status: 204)) }
    let isReleased = json["released"]?.bool == true
    try await call.core.store.write { database in
      if isReleased {
        try JobStore.release(lease, database)
      } else {
        try JobStore.finish(lease, ending, database)
      }
    }
    return .answer(Response(status: 204))
  }
}

extension JobProcess.Ending {
  var json: JSONValue {
    switch self {
    case .done(let result): ["done": result]
    case .crashed(let how): ["crashed": .string(how)]
    case .failed(let failure):
      [
        "failed": [
          "kind": .string(failure.kind.rawValue), "code": .string(failure.code),
          "message": .string(failure.message),
        ]
      ]
    }
  }

  /// Nil where it says nothing.
  init?(_ json: JSONValue) {
    if let result = json["done"] {
      self = .done(result)
    } else if let failure = json["failed"] {
      self = .failed(
        Job.Failure(
          kind: Job.ErrorKind(rawValue: failure["kind"]?.string ?? "") ?? .system,
          code: failure["code"]?.string ?? "unexpected",
          message: failure["message"]?.string ?? "the job failed"))
    } else if let how = json["crashed"]?.string {
      self = .crashed(how)
    } else {
      return nil
    }
  }
}
