import HTTP
import Settings

/// Tasks of every kind: ordered, followed, fetched.
enum StudioTasks {
  @Sendable static func submit(
    _ operation: StudioOperation, _ call: Call
  ) async throws -> Outcome {
    let webhook = try webhook(call)
    let order = try await operation.order(
      StudioBody(call, names: operation.fields.map(\.key)))
    let (core, account) = (call.core, call.account)
    return .write { database in
      try order.record(database)
      var job = Job(
        account: account, dialect: Studio.dialect, kind: order.kind,
        request: ["warnings": .array(order.warnings.map { .string($0) })],
        planText: order.plan.json.text(), price: order.price, unit: Studio.unit)
      (job.publicID, job.inputs, job.webhook) = (Identifier.uuid(), order.plan.blobs, webhook)
      try JobStore.submit(job, core.ledger, database)
      return JSONText.response(
        200,
        ["task_id": .string(job.publicID), "created_at": .string(Clock.text(job.created))])
    }
  }

  /// The service itself has no webhooks; ours takes the headers of another that has.
  private static func webhook(_ call: Call) throws -> Job.Webhook? {
    try call.request.head.headers["x-webhook-url"].map { url in
      try Job.Webhook.checked(
        url, isSync: call.request.head.headers["x-webhook-mode"] == "sync", call.core)
    }
  }

  private static func status(_ job: Job) -> String {
    switch job.state {
    case .queued: job.attempt == 0 ? "PENDING" : "IN_PROGRESS"
    case .running: "IN_PROGRESS"
    case .succeeded, .expired: "FINISHED"
    case .failed, .cancelled: "FAILED"
    }
  }

  /// What a file is called by clients.
  private static func type(_ role: String) -> String {
    if role.hasPrefix("scaled") { return "SCALED_3D_MODEL" }
    if role.hasPrefix("edited") { return "EDITED_IMAGE" }
    if role.hasPrefix("image") || role == "render_image" { return "IMAGE" }
    if role.hasPrefix("video") { return "VIDEO" }
    return role.hasPrefix("archive") ? "ARCHIVE" : "3D_MODEL"
  }

  static func wire(_ job: Job, _ outputs: [Job.Output], _ core: ServiceCore) -> JSONValue {
    func link(_ output: Job.Output) -> JSONValue {
      .string(core.link(output, lifetime: Studio.lifetime, of: job))
    }
    let thumbnail = outputs.first { $0.role == "render_image" }.map(link) ?? .null
    let metadata = metadata(job)
    let results: [JSONValue] = outputs.filter { $0.role != "aside" }.map { output in
      let asset = link(output)
      return [
        "asset": asset, "asset_url": asset, "asset_type": .string(type(output.role)),
        "thumbnail": type(output.role).hasSuffix("3D_MODEL") ? thumbnail : .null,
        "metadata": .object(
          [
            ("name", .string(output.name)), ("bytes", .integer(output.bytes)),
            ("sha256", .string(output.blob)),
          ] + metadata),
      ]
    }
    return [
      "status": .string(status(job)), "progress": .integer(job.progress),
      "failure_reason": job.failure.map { .string($0.message) } ?? .null,
      "results": .array(job.state == .succeeded ? results : []),
      "warnings": job.request["warnings"] ?? [],
    ]
  }

  /// What the work found out: who made a model, and how large it is.
  private static func metadata(_ job: Job) -> [(key: String, value: JSONValue)] {
    var members: [(key: String, value: JSONValue)] = []
    if let backend = job.result["reconstruct"]?["backend"] { members.append(("backend", backend)) }
    if let pieces = job.result["convert"]?["pieces"] { members.append(("parts", pieces)) }
    if job.kind == "volume", let facts = job.result["inspect"] {
      members += StudioTools.volume(facts)
    }
    return members
  }

  @Sendable static func get(_ call: Call) async throws -> Outcome {
    let id = call.parameter("id")
    let (job, outputs) = try call.core.store.read { database in
      guard
        let job = try JobStore.find(
          dialect: Studio.dialect, publicID: id.lowercased(), account: call.account, database)
      else { throw ServiceProblem(.notFound("task"), "there is no task \(id.prefix(40))") }
      return (job, try JobStore.outputs(of: job.id, database))
    }
    let isOver = job.finished.map { $0 + Studio.lifetime < Clock.now() } ?? false
    guard job.state != .expired, job.state != .succeeded || !isOver else {
      throw ServiceProblem(.expired, "results are kept for 24 hours, and these are older")
    }
    return .answer(JSONText.response(200, wire(job, outputs, call.core)))
  }

  @Sendable static func wallet(_ call: Call) async throws -> Outcome {
    let held = try call.core.store.read {
      try call.core.ledger.balance(call.account, Studio.unit, $0)
    }
    return .answer(JSONText.response(200, ["balance": .string("\(held).00")]))
  }
}
