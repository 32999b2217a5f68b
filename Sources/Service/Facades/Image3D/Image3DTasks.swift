import Foundation
import HTTP
import Settings

/// Generations: priced before, settled after.
enum Image3DTasks {
  // MARK: Submitting

  @Sendable static func create(_ call: Call) async throws -> Outcome {
    let order = try Image3DOrder(call, isOlder: false)
    return try await submit(order, call) { job, core, database in
      JSONText.response(202, try wire(job, [], core, database))
    }
  }

  @Sendable static func createOlder(_ call: Call) async throws -> Outcome {
    let order = try Image3DOrder(call, isOlder: true)
    return try await submit(order, call) { job, _, _ in
      JSONText.response(
        200,
        [
          "task_id": .string(job.publicID), "status": "queued", "provider": .string(provider(job)),
        ])
    }
  }

  private static func submit(
    _ order: Image3DOrder, _ call: Call,
    _ answer: @escaping @Sendable (Job, ServiceCore, Connection) throws -> Response
  ) async throws -> Outcome {
    var work = order.work
    let (price, meter) = order.price(call.core.prices)
    work.meter = meter
    if let text = order.picture, order.mode == "image" {
      let picture = try await PictureSource.take(text: text, field: "image_url", call.core)
      work.pictures = [(picture, nil)]
      work.engine = call.core.settings.imageCommand
    } else {
      try await work.use(words: order.prompt ?? "", call.core)
    }
    let (core, account, made) = (call.core, call.account, work)
    return .write { database in
      try SpendingCaps.check(account, Image3D.dialect, Image3D.unit, price, core, database)
      let plan = made.plan()
      try made.record(database)
      var job = Job(
        account: account, dialect: Image3D.dialect, kind: order.mode + "_to_3d",
        request: order.json, planText: plan.json.text(), price: price, unit: Image3D.unit)
      (job.publicID, job.inputs) = (Identifier.uuid(), plan.blobs)
      try JobStore.submit(job, core.ledger, database)
      return try answer(job, core, database)
    }
  }

  // MARK: Looking

  private static func find(_ call: Call, _ database: Connection) throws -> Job {
    let id = call.parameter("id")
    guard
      let job = try JobStore.find(
        dialect: Image3D.dialect, publicID: id.lowercased(), account: call.account, database)
    else { throw ServiceProblem(.notFound("task"), "there is no task \(id.prefix(40))") }
    return job
  }

  private static func status(_ job: Job) -> String {
    switch job.state {
    case .queued: job.attempt == 0 ? "queued" : "processing"
    case .running: "processing"
    case .succeeded, .expired: "success"
    case .failed, .cancelled: "failed"
    }
  }

  /// Who made it: our engine, or the operator's.
  private static func provider(_ job: Job) -> String {
    job.result["reconstruct"]?["backend"]?.string.map { "maquette-" + $0 } ?? "maquette"
  }

  private static func model(_ job: Job, _ outputs: [Job.Output], _ core: ServiceCore) -> JSONValue?
  {
    let format = job.request["output_format"]?.string ?? "glb"
    return core.link("model_" + format, outputs, lifetime: nil, of: job).map { .string($0) }
  }

  static func wire(
    _ job: Job, _ outputs: [Job.Output], _ core: ServiceCore, _ database: Connection
  ) throws -> JSONValue {
    let back = try Ledger.returned(job.id, database)
    var members: [(key: String, value: JSONValue)] = [
      ("task_id", .string(job.publicID)), ("status", .string(status(job))),
      ("mode", job.request["mode"] ?? .null), ("quality", job.request["quality"] ?? .null),
      ("output_format", job.request["output_format"] ?? .null),
      ("metadata", job.request["metadata"] ?? .null),
      (
        "billing",
        [
          "precharge_credits": .integer(job.price),
          "final_credits": back.map { .integer(job.price - $0) } ?? .null,
          "refund_credits": .integer(back ?? 0), "unit": "credits",
        ]
      ),
      (
        "status_url",
        .string(
          core.base(of: Image3D.dialect, prefix: Image3D.dialect)
            + "/api/v1/generations/\(job.publicID)")
      ),
      ("created_at", .string(Clock.text(job.created))), ("progress", .integer(job.progress)),
      ("provider", .string(provider(job))),
      ("input", job.request["input"] ?? .null),
      ("processor_seconds", job.result["seconds"] ?? .null),
    ]
    if job.state == .succeeded, let model = model(job, outputs, core) {
      members.append(("model_url", model))
    }
    if let failure = job.failure { members.append(("error", .string(failure.message))) }
    return .object(members)
  }

  @Sendable static func get(_ call: Call) async throws -> Outcome {
    let value = try call.core.store.read { database in
      let job = try find(call, database)
      return try wire(job, try JobStore.outputs(of: job.id, database), call.core, database)
    }
    return .answer(JSONText.response(200, value))
  }

  @Sendable static func getOlder(_ call: Call) async throws -> Outcome {
    let (job, outputs) = try call.core.store.read { database in
      let job = try find(call, database)
      return (job, try JobStore.outputs(of: job.id, database))
    }
    var members: [(key: String, value: JSONValue)] = [
      ("task_id", .string(job.publicID)), ("status", .string(status(job))),
      ("progress", .integer(job.progress)), ("provider", .string(provider(job))),
      ("input", job.request["input"] ?? .null),
      ("processor_seconds", job.result["seconds"] ?? .null),
    ]
    if job.state == .succeeded, let model = model(job, outputs, call.core) {
      members.append(("model_url", model))
    }
    if let failure = job.failure { members.append(("error", .string(failure.message))) }
    return .answer(JSONText.response(200, .object(members)))
  }

  @Sendable static func list(_ call: Call) async throws -> Outcome {
    let limit = try call.number("limit", in: 1...100, default: 20)
    let cursor = call.request.head.query("cursor")
    let value = try call.core.store.read { database -> JSONValue in
      let (jobs, _) = try JobStore.list(
        account: call.account, dialect: Image3D.dialect, before: cursor ?? "~", limit: limit,
        database)
      let tasks = try jobs.map { job in
        try wire(job, try JobStore.outputs(of: job.id, database), call.core, database)
      }
      return [
        "generations": .array(tasks),
        "next_cursor": jobs.count == limit ? jobs.last.map { .string($0.id) } ?? .null : .null,
      ]
    }
    return .answer(JSONText.response(200, value))
  }

  @Sendable static func balance(_ call: Call) async throws -> Outcome {
    let held = try call.core.store.read {
      try call.core.ledger.balance(call.account, Image3D.unit, $0)
    }
    return .answer(JSONText.response(200, ["balance": .integer(held), "unit": "credits"]))
  }
}
